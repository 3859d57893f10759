# Locks this PC down to the exam for one account and starts the agent, or takes both off again. As an administrator:
#
#     services.ps1 -Account exam
#     services.ps1 -Remove
#
# Nothing of it has ever been run on Windows: see CHECKLIST.md.
#Requires -RunAsAdministrator
[CmdletBinding(DefaultParameterSetName = 'Put')]
param(
    [Parameter(Mandatory, ParameterSetName = 'Put')] [string] $Account,
    [Parameter(ParameterSetName = 'Put')] [string] $SeatFolder = (Join-Path $env:ProgramData 'Examroom\seat'),
    [Parameter(Mandatory, ParameterSetName = 'Away')] [switch] $Remove
)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$program = Join-Path $PSScriptRoot 'examroom.exe'

function Invoke-Own([string[]] $Words) {
    & $program @Words
    if ($LASTEXITCODE -ne 0) { throw "examroom $($Words -join ' '): exit code $LASTEXITCODE" }
}

if ($Remove) {
    Invoke-Own @('--be-module', 'proctoring.lockdown.windows', 'remove')
    Invoke-Own @('--be-module', 'app.seat.agent_service', 'remove')
    return
}

function Set-Access([string] $Folder, [string[]] $Grants) {
    & icacls.exe $Folder /setowner '*S-1-5-32-544' | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "icacls $Folder /setowner: exit code $LASTEXITCODE" }
    & icacls.exe $Folder /inheritance:r /grant:r @Grants | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "icacls ${Folder}: exit code $LASTEXITCODE" }
}

$sid = ([System.Security.Principal.NTAccount] $Account).Translate([System.Security.Principal.SecurityIdentifier]).Value
$data = Join-Path $env:ProgramData 'Examroom'
$ours = @('*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F')
# everybody may make folders in ProgramData; one that somebody else made may lead elsewhere, and is not written to
foreach ($folder in $data, $SeatFolder) {
    if (Test-Path $folder) {
        $owner = (Get-Acl $folder).GetOwner([System.Security.Principal.SecurityIdentifier]).Value
        if ($owner -notin 'S-1-5-18', 'S-1-5-32-544') { throw "$folder was made by somebody else ($owner); look into it" }
    }
    New-Item -ItemType Directory -Force -Path $folder | Out-Null
}
Set-Access $data ($ours + "*${sid}:(RX)")
Set-Access $SeatFolder ($ours + "*${sid}:(OI)(CI)M")
Invoke-Own @('--be-module', 'app.seat.agent_service', 'install', '--home', $SeatFolder)
# the agent's own account is known since its service is; until then it ends and is started again
Set-Access $data ($ours + "*${sid}:(RX)" + 'NT SERVICE\ExamroomAgent:(RX)')
Set-Access $SeatFolder ($ours + "*${sid}:(OI)(CI)M" + 'NT SERVICE\ExamroomAgent:(OI)(CI)M')
Invoke-Own @('--be-module', 'proctoring.lockdown.windows', 'install', $sid)
