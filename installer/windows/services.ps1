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

$sid = ([System.Security.Principal.NTAccount] $Account).Translate([System.Security.Principal.SecurityIdentifier]).Value
New-Item -ItemType Directory -Force -Path $SeatFolder | Out-Null
Invoke-Own @('--be-module', 'app.seat.agent_service', 'install', '--home', $SeatFolder)
# nobody but the system, administrators, the exam's account and the agent's own; the last is known once its service is
$grants = @('*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', "*${sid}:(OI)(CI)M", 'NT SERVICE\ExamroomAgent:(OI)(CI)M')
& icacls.exe $SeatFolder /inheritance:r /grant:r @grants
if ($LASTEXITCODE -ne 0) { throw "icacls: exit code $LASTEXITCODE" }
Invoke-Own @('--be-module', 'proctoring.lockdown.windows', 'install', $sid)
