# From a checkout to dist\examroom-seat_VERSION_windows-x64.exe, on 64-bit Windows with Python 3.11 and Inno Setup 6.4.
#
#     installer\windows\build.ps1            unsigned, to try
#     installer\windows\build.ps1 -Sign      signed by sign.ps1
#
# Nothing of it has ever been run on Windows: see CHECKLIST.md.
param([switch] $Sign)
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$root = Split-Path (Split-Path $PSScriptRoot)
Set-Location $root
$python = Join-Path $root 'build\windows-venv\Scripts\python.exe'

function Invoke-Must([string] $Program, [string[]] $Words) {
    & $Program @Words
    if ($LASTEXITCODE -ne 0) { throw "$Program $($Words -join ' '): exit code $LASTEXITCODE" }
}

Invoke-Must 'py.exe' @('-3.11', '-m', 'venv', '--clear', 'build\windows-venv')
Invoke-Must $python @('-m', 'pip', 'install', '--only-binary', ':all:', '--require-hashes', '-r', 'requirements.lock')
Invoke-Must $python @('-m', 'pip', 'install', '--only-binary', ':all:', '--require-hashes', '-r', 'installer\windows\freezing.lock')
Invoke-Must $python @('-m', 'pip', 'install', '--no-deps', '--no-build-isolation', '.')

$env:PYTHONHASHSEED = '0'
$env:SOURCE_DATE_EPOCH = & git.exe log -1 '--format=%ct'
$spec = @('--noconfirm', '--distpath', 'dist\windows', '--workpath', 'build\windows', 'installer\windows\examroom.spec')
Invoke-Must $python (@('-m', 'PyInstaller') + $spec)
$built = 'dist\windows\examroom\examroom.exe'
Invoke-Must $built @('--help')
$version = & $python -c "import importlib.metadata as m; print(m.version('examroom'))"

$iscc = Join-Path ${env:ProgramFiles(x86)} 'Inno Setup 6\ISCC.exe'
$options = @("/DVersion=$version")
if ($Sign) {
    $signing = Join-Path $PSScriptRoot 'sign.ps1'
    & $signing -File (Join-Path $root $built)
    $options += '/DSigned', ('/Sexamroom=powershell.exe -NoProfile -ExecutionPolicy Bypass -File $q' + $signing + '$q $f')
}
Invoke-Must $iscc ($options + 'installer\windows\examroom.iss')
Write-Output "dist\examroom-seat_${version}_windows-x64.exe"
