@echo off
setlocal EnableExtensions DisableDelayedExpansion
chcp 65001 >nul
title 安装 xltool
rem 不连网安装 xltool；需要这台电脑上已有与 wheels 相配的 Python（3.11 或更高）。
set "NoDefaultCurrentDirectoryInExePath=1"
set "TO=%LOCALAPPDATA%\xltool"
if not "%~1"=="" set "TO=%~1"
set "MENU=%APPDATA%\Microsoft\Windows\Start Menu\Programs\办公台.bat"
set "DONE="
pushd "%~dp0"
for %%V in (3.11 3.12 3.13 3.14) do if not defined DONE py -%%V -c "" >nul 2>nul && py -%%V -m venv --clear "%TO%" && "%TO%\Scripts\python.exe" -m pip install -q --disable-pip-version-check --no-index --find-links wheels xltool[pdf] && set "DONE=1"
if defined DONE (echo @chcp 65001 ^>nul)> "%MENU%"
if defined DONE (echo @"%TO%\Scripts\xltool.exe" serve ^|^| pause)>> "%MENU%"
if defined DONE echo 装好了。在开始菜单里打开“办公台”。
if not defined DONE echo 没有装成：要有 Python 3.11 或更高版本（安装时选上 py launcher），而且是 wheels 为它准备的那一版。
popd
pause
if defined DONE exit /b 0
exit /b 1
