@echo off
rem Find a 64-bit Python that fits, and have it install from this folder. ASCII only: cmd reads the rest badly.
chcp 65001 >nul
setlocal
for %%v in (3.13 3.12 3.11) do (
  py -%%v -c "import sys; sys.exit(sys.maxsize < 2**32)" >nul 2>nul && (
    py -%%v "%~dp0install.py" %*
    goto end
  )
)
python -c "import sys; sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.maxsize > 2**32))" >nul 2>nul && (
  python "%~dp0install.py" %*
  goto end
)
echo Python 3.11, 3.12 or 3.13 (64-bit) was not found. Install it first:
for %%f in ("%~dp0*.txt") do type "%%f"
:end
pause
