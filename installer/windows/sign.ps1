# Signs one file. Which key signs is the publisher's: a certificate in a token or in a service, never a file in here.
#
#     $env:EXAMROOM_SIGN_THUMBPRINT   the certificate in the store of this user
#     $env:EXAMROOM_SIGN_TIMESTAMP    address of an RFC 3161 time stamp service
#
# Nothing of it has ever been run on Windows: see CHECKLIST.md.
param([Parameter(Mandatory)] [string] $File)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
foreach ($name in 'EXAMROOM_SIGN_THUMBPRINT', 'EXAMROOM_SIGN_TIMESTAMP') {
    if (-not [Environment]::GetEnvironmentVariable($name)) { throw "$name is not set" }
}
& signtool.exe sign /sha1 $env:EXAMROOM_SIGN_THUMBPRINT /fd SHA256 /tr $env:EXAMROOM_SIGN_TIMESTAMP /td SHA256 $File
if ($LASTEXITCODE -ne 0) { throw "signtool sign: exit code $LASTEXITCODE" }
& signtool.exe verify /pa /tw $File
if ($LASTEXITCODE -ne 0) { throw "signtool verify: exit code $LASTEXITCODE" }
