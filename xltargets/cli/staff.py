"""Commands for a staff machine: set it up for the 校验 button, and say what is missing."""

from __future__ import annotations

import click

from xltargets.errors import Error


@click.command("install")
@click.option("--yes", is_flag=True, help="不询问，直接写入。")
@click.option("--addin", is_flag=True, help="同时安装 xlwings 加载项（不装按钮也能用）。")
@click.option("--remove", is_flag=True, help="删除写入的配置。")
def install_command(yes: bool, addin: bool, remove: bool) -> int:
    """让 Excel 工作簿里的“校验”按钮找到这个 Python。

    只在用户自己的 xlwings.conf 里写一行解释器路径，写之前说明并询问。例：xltargets install
    """
    from xltargets.machine import Machine

    machine = Machine()
    if machine.system != "Windows":
        raise Error(
            "按钮只在 Windows 的 Excel 中可用，这台机器不需要安装；请用 .xlsx 模板的“自检”表，或用 xltargets annotate 校验文件"
        )
    before, after = machine.written(), None if remove else machine.interpreter
    if before == after:
        click.echo(f"{machine.settings} 不用改动。")
    else:
        click.echo(
            f"将修改 {machine.settings}：\n  现在：{before or '没有写'}\n  改为：{after or '删除这一行'}"
        )
        if not yes and not click.confirm("确定修改？"):
            click.echo("没有改动。")
            return 0
        machine.write(after)
        click.echo("已写入。")
    if addin and not remove:
        click.echo(f"已安装 xlwings 加载项：{machine.add_addin()}；请重新启动 Excel。")
    return 0 if remove else _report()


@click.command("doctor")
def doctor_command() -> int:
    """检查这台机器能不能用“校验”按钮，缺什么、怎么办。

    有必须解决的问题时退出码为 1。例：xltargets doctor
    """
    return _report()


def _report() -> int:
    from xltargets.machine import Machine, State, examine

    checks = list(examine(Machine()))
    for check in checks:
        click.echo(f"{check.state.value} {check.name}：{check.said}")
        if check.advice:
            click.echo(f"    {check.advice}")
    bad = sum(check.state is State.BAD for check in checks)
    click.echo(f"有 {bad} 项必须解决。" if bad else "没有必须解决的问题。")
    return int(bad > 0)
