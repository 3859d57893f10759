; Inno Setup's recipe for the Windows installer. Nothing of it has ever been compiled or run: see CHECKLIST.md.
;
;     ISCC.exe /DVersion=0.1.0 [/DSigned "/Sexamroom=COMMAND $f"] installer\windows\examroom.iss
;
; build.ps1 calls it. It takes the folder that examroom.spec made. Lock-down is never put on here: services.ps1 offers it.

#ifndef Version
  #error Give the version: /DVersion=0.1.0
#endif
#if VER < EncodeVer(6,4,0)
  #error Inno Setup 6.4 or newer is needed: ExecAndCaptureOutput
#endif
#if !FileExists(AddBackslash(CompilerPath) + "Languages\ChineseSimplified.isl")
  #error Put ChineseSimplified.isl into the compiler's folder Languages first
#endif
#define Folder "..\..\dist\windows\examroom"
#define Guid "8F1D6B0A-3C57-4E0B-9C55-6E1B7A2D40C3"

[Setup]
AppId={{{#Guid}}
AppName=Examroom
AppVersion={#Version}
AppPublisher=Examroom
VersionInfoVersion={#Version}
DefaultDirName={autopf}\Examroom
; a place that only administrators can write to, so nobody is asked
DisableDirPage=yes
UsePreviousAppDir=yes
DisableProgramGroupPage=yes
DefaultGroupName=Examroom
PrivilegesRequired=admin
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
MinVersion=10.0.19041
LicenseFile=..\..\LICENSE
OutputDir=..\..\dist
OutputBaseFilename=examroom-seat_{#Version}_windows-x64
Compression=lzma2/max
SolidCompression=yes
WizardStyle=modern
UninstallDisplayIcon={app}\examroom.exe
; nothing is closed by force: PrepareToInstall asks the installed program whether it may be changed
CloseApplications=no
RestartApplications=no
SetupLogging=yes
#ifdef Signed
SignTool=examroom
SignedUninstaller=yes
#endif

[Languages]
Name: "zh"; MessagesFile: "compiler:Languages\ChineseSimplified.isl"
Name: "en"; MessagesFile: "compiler:Default.isl"

[CustomMessages]
zh.SetUp=设置这台考试机
en.SetUp=Set this exam seat up
zh.Doctor=检查这台考试机
en.Doctor=Check this exam seat
zh.MayNot=现在不能更改程序：
en.MayNot=The programs may not be changed now:
zh.CannotTell=无法确定是否正在考试，或是否还有未送出的成绩。%n%n只有确定都没有时才继续。要继续吗？
en.CannotTell=It cannot be told whether somebody sits an exam here, or results still wait to be sent.%n%nGo on only if you know that neither is so. Go on?
zh.Stopped=已停止，没有更改任何内容。
en.Stopped=Stopped; nothing was changed.
zh.Older=已安装更新的版本 %1，不能换成 %2：旧程序读不了新程序写的记录。
en.Older=A newer version, %1, is installed. It is not replaced by %2: older programs cannot read what newer ones wrote.
zh.PoliciesStay=锁定设置没有全部撤销，因此不删除程序。请让考试账户登录，再试一次。
en.PoliciesStay=The lock-down was not put back completely, so the programs stay. Let the exam account log on, and try again.
zh.DataStays=考试记录和录像仍在 %1，没有删除。
en.DataStays=Records and recordings are still in %1; nothing of them was deleted.

[InstallDelete]
; of an earlier version nothing may be left, or the check of the program's files names it as added
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Folder}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion
Source: "services.ps1"; DestDir: "{app}"; Flags: ignoreversion

[Icons]
Name: "{group}\{cm:SetUp}"; Filename: "{app}\examroom.exe"; Parameters: "setup"
Name: "{group}\{cm:Doctor}"; Filename: "{app}\examroom.exe"; Parameters: "doctor"

[Run]
Filename: "{sys}\net.exe"; Parameters: "start ExamroomLockdown"; Flags: runhidden; Check: HasService('ExamroomLockdown')
Filename: "{sys}\net.exe"; Parameters: "start ExamroomAgent"; Flags: runhidden; Check: HasService('ExamroomAgent')
Filename: "{app}\examroom.exe"; Parameters: "setup"; Description: "{cm:SetUp}"; Flags: postinstall nowait skipifsilent unchecked

[Code]
const
  Uninstalling = 'Software\Microsoft\Windows\CurrentVersion\Uninstall\{{#Guid}}_is1';
  Services = 'SYSTEM\CurrentControlSet\Services\';

function HasService(Name: String): Boolean;
begin
  Result := RegKeyExists(HKEY_LOCAL_MACHINE, Services + Name);
end;

function Told(Arguments: String; var Said: String): Integer;
var
  Output: TExecOutput;
  Line: Integer;
begin
  Said := '';
  Result := -1;
  try
    if ExecAndCaptureOutput(ExpandConstant('{app}\examroom.exe'), Arguments, '', SW_HIDE, ewWaitUntilTerminated, Result, Output) then
      for Line := 0 to GetArrayLength(Output.StdOut) - 1 do
        Said := Said + Output.StdOut[Line] + #13#10
    else
      Result := -1;
  except
    Log(GetExceptionMessage);
  end;
end;

function Stopping(): String;
var
  Json, Words: String;
begin
  { only an answer counts; an exit code alone may be a program that cannot even begin }
  Result := '';
  if not FileExists(ExpandConstant('{app}\examroom.exe')) then
    Exit;
  Told('seat may-change --json', Json);
  if Pos('"may": true', Json) > 0 then
    Exit;
  if Pos('"may": false', Json) > 0 then
  begin
    Told('seat may-change', Words);
    Result := CustomMessage('MayNot') + #13#10 + Words;
  end
  else if SuppressibleMsgBox(CustomMessage('CannotTell'), mbConfirmation, MB_YESNO or MB_DEFBUTTON2, IDNO) <> IDYES then
    Result := CustomMessage('Stopped');
end;

procedure StopServices();
var
  Code: Integer;
begin
  Exec(ExpandConstant('{sys}\net.exe'), 'stop ExamroomAgent', '', SW_HIDE, ewWaitUntilTerminated, Code);
  Exec(ExpandConstant('{sys}\net.exe'), 'stop ExamroomLockdown', '', SW_HIDE, ewWaitUntilTerminated, Code);
end;

function InitializeSetup(): Boolean;
var
  Text: String;
  There, Ours: Int64;
begin
  Result := True;
  if RegQueryStringValue(HKEY_LOCAL_MACHINE, Uninstalling, 'DisplayVersion', Text) then
    if StrToVersion(Text, There) and StrToVersion('{#Version}', Ours) then
      if ComparePackedVersion(There, Ours) > 0 then
      begin
        SuppressibleMsgBox(FmtMessage(CustomMessage('Older'), [Text, '{#Version}']), mbError, MB_OK, IDOK);
        Result := False;
      end;
end;

function PrepareToInstall(var NeedsRestart: Boolean): String;
begin
  Result := Stopping();
  if Result = '' then
    StopServices();
end;

function InitializeUninstall(): Boolean;
var
  Said: String;
begin
  Said := Stopping();
  Result := Said = '';
  if Result then
  begin
    Result := Told('--be-module proctoring.lockdown.windows remove', Said) = 0;
    if Result then
      Result := Told('--be-module app.seat.agent_service remove', Said) = 0;
    if not Result then
      Said := CustomMessage('PoliciesStay');
  end;
  if not Result then
    SuppressibleMsgBox(Said, mbError, MB_OK, IDOK);
end;

procedure CurUninstallStepChanged(CurUninstallStep: TUninstallStep);
begin
  if CurUninstallStep = usPostUninstall then
    SuppressibleMsgBox(FmtMessage(CustomMessage('DataStays'), [ExpandConstant('{commonappdata}\Examroom')]), mbInformation, MB_OK, IDOK);
end;
