"""Uses the three tools of cc-mcp with the SDK of MCP for Python: client.py PROGRAM"""

import asyncio
import os
import sys

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client


def of(result, *names):
    """An attribute under one of its names: they differ between versions of the SDK."""
    return next(getattr(result, name) for name in names if hasattr(result, name))


async def main():
    program = StdioServerParameters(command=sys.argv[1], args=[], env=dict(os.environ))
    async with stdio_client(program) as (reads, writes), ClientSession(reads, writes) as session:
        await session.initialize()
        tools = (await session.list_tools()).tools
        assert [tool.name for tool in tools] == ["find", "describe", "call"], tools
        found = await session.call_tool("find", {"words": "zone"})
        assert "ListZone" in str(of(found, "structuredContent", "structured_content")), found
        called = await session.call_tool("call", {"name": "ListZone"})
        assert not of(called, "isError", "is_error"), called
        assert of(called, "structuredContent", "structured_content")["result"][0]["name"], called
        refused = await session.call_tool("call", {"name": "DeleteApplication", "input": {"applicationId": "app_1"}})
        assert of(refused, "isError", "is_error"), refused
        print("all good")


asyncio.run(main())
