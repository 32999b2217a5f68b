"""Drives a Maquette service with the official Python client of the Model Context Protocol: three modes
over two transports. Prints a JSON object of what went wrong; an empty list says nothing did.

    drive_mcp.py MAQUETTE FOLDER MODEL.glb
"""

import asyncio
import json
import sys

import httpx2
import mcp
import requests
from mcp.client.streamable_http import streamable_http_client

from service_process import Service

maquette, folder, path = sys.argv[1:]
service = Service(maquette, folder + "/data")
url, key, data = service.url, service.key, folder + "/pipes"
with open(path, "rb") as file:
    model = requests.post(url + "/v1/models", headers={"Authorization": f"Bearer {key}"},
                          files={"file": file}).json()["data"]["modelId"]
problems = []


def check(where, name, holds, seen=""):
    if not holds:
        problems.append(f"{where}: {name} {seen}")


async def drive(where, server, mode, models):
    async with mcp.Client(server, mode=mode) as client:
        tools = (await client.list_tools()).tools
        names = [tool.name for tool in tools]
        for name in ["ingest_model", "list_models", "get_model", "create_render", "create_batch_renders",
                     "get_render", "download_render", "get_account", "quote", "repair_model", "get_job"]:
            check(where, f"tool {name}", name in names, names)
        account = await client.call_tool("get_account", {})
        check(where, "credits", account.structured_content["credits"] >= 0, account)
        quote = await client.call_tool("quote", {"renders": [{"quality": "4k"}, {"quality": "standard"}]})
        check(where, "quote", quote.structured_content["creditsRequired"] == 5, quote)
        wrong = await client.call_tool("get_model", {"modelId": "nothing"})
        check(where, "isError", wrong.is_error and wrong.structured_content["error"]["code"] == "model_not_found", wrong)
        bad = await client.call_tool("quote", {"renders": [], "more": 1})
        check(where, "bad arguments", bad.is_error, bad)
        if models:
            listed = await client.call_tool("list_models", {"limit": 5})
            check(where, "models", listed.structured_content["total"] == 1, listed)
            news = []

            async def tell(progress, total, message):
                news.append(progress)

            report = await client.call_tool(
                "inspect_model", {"modelIds": [model], "waitSeconds": 50}, progress_callback=tell)
            check(where, "job", report.structured_content["state"] == "succeeded", report)
            check(where, "result", report.structured_content["result"]["triangles"] > 0, report)
            check(where, "progress", news and news == sorted(news), news)
            read = await client.read_resource(f"maquette://models/{model}")
            check(where, "resource", json.loads(read.contents[0].text)["modelId"] == model, read)
        templates = (await client.list_resource_templates()).resource_templates
        check(where, "templates", len(templates) == 4, templates)
        for name, call in [("unknown tool", lambda: client.call_tool("nothing", {})),
                           ("unknown resource", lambda: client.read_resource("maquette://nothing/1"))]:
            try:
                await call()
                check(where, name, False, "no error")
            except mcp.MCPError:
                pass


async def main():
    for mode in ["legacy", "auto", "2026-07-28"]:
        pipes = mcp.StdioServerParameters(command=maquette, args=["mcp", "--data", data, "--workers", "0"])
        await drive(f"{mode} over pipes", pipes, mode, False)
        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=90) as http:
            await drive(f"{mode} over HTTP", streamable_http_client(url + "/mcp", http_client=http), mode, True)


asyncio.run(main())
check("service", "ends", service.stop() == 0)
print(json.dumps({"problems": problems}))
