"""The least that any client of the same server needs: the same two requests for each entry, and one call in process.

python benchmarks/floor.py ENTRIES CONCURRENCY PORT
"""

import asyncio
import json
import sys

import aiohttp
import library

PAD = "x" * 1500


async def main(entries: int, concurrency: int, port: int) -> int:
    """Make the entries; how many were verified."""
    names = list(library.CALLS)
    free = asyncio.Semaphore(concurrency)
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:

        async def ask(text: str) -> object:
            body = {"model": "bench", "messages": [{"role": "user", "content": text}]}
            async with session.post(url, json=body) as response:
                return json.loads((await response.json())["choices"][0]["message"]["content"])

        async def entry(number: int) -> bool:
            async with free:
                pair = (await ask(f"generate for {names[number % len(names)]}\n{PAD}"))[0]  # type: ignore[index]
                results = [getattr(library, call["name"])(**call["arguments"]) for call in pair["answers"]]
                verdict = await ask(f'judge, answer "pass": {json.dumps(pair)} {results}\n{PAD}')
                return bool(verdict["pass"])  # type: ignore[index]

        return sum(await asyncio.gather(*(entry(number) for number in range(entries))))


if __name__ == "__main__":
    print(json.dumps({"verified": asyncio.run(main(*map(int, sys.argv[1:4])))}))
