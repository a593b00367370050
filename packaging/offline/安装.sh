#!/bin/sh
# 不连网安装 xltool：sh 安装.sh [装到哪个文件夹]。需要这台电脑上已有与 wheels 相配的 Python（3.11 或更高）。
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
to=${1:-$HOME/.local/share/xltool}
for python in "${PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14; do
  if [ -n "$python" ] && "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "用 $python 安装到 $to"
    "$python" -m venv --clear "$to" || { echo "建不了虚拟环境：Debian、统信等系统先装 python3-venv。"; exit 1; }
    if "$to/bin/python" -m pip install -q --disable-pip-version-check --no-index --find-links "$here/wheels" 'xltool[pdf]'; then
      mkdir -p "$HOME/.local/bin" "$HOME/.local/share/applications"
      ln -sf "$to/bin/xltool" "$HOME/.local/bin/xltool"
      cat > "$HOME/.local/share/applications/xltool.desktop" <<'END'
[Desktop Entry]
Type=Application
Name=办公台（政府信息公开年度报告）
Icon=x-office-spreadsheet
Terminal=true
Exec=sh -c "exec \\"\\$HOME/.local/bin/xltool\\" serve"
END
      "$to/bin/xltool" --version
      echo "装好了。在应用程序菜单里打开“办公台”，或执行 $HOME/.local/bin/xltool serve。"
      exit 0
    fi
    echo "这个 Python 与 wheels 里的程序库不相配，换一个再试。"
  fi
done
echo "没有装成：要有 Python 3.11 或更高版本，而且是 wheels 为它准备的那一版；装在别处的，用 PYTHON=/路径/python3 sh 安装.sh 指明。"
exit 1
