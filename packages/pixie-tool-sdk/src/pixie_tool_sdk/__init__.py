"""What the author of a Pixie tool imports. Standard library only, so that a tool's own pins can't clash with it.

    from pixie_tool_sdk import Tool, outputs

    tool = Tool()

    @tool.run
    def double(number: float) -> dict:
        return {"doubled": outputs.number(2 * number)}

    if __name__ == "__main__":
        tool.serve()

`tool.json` beside the main file declares the inputs and outputs and stays the truth; the function's keyword arguments
are the inputs, and what it returns are the outputs. A function that takes `run` gets the `Run`: progress, increments
of streamed outputs, log lines, files. The modules: `outputs` (a helper for each output type), `tool`, `run`; behind
them `declaration` (tool.json), `arguments` (from a request to arguments), `execution` (a run from arguments to answer
or stream), `encoding` (JSON), `http1`, `multipart`, `routes` and `server`.
"""

from pixie_tool_sdk import outputs
from pixie_tool_sdk.errors import Cancelled, InputError, OutputError, ToolError
from pixie_tool_sdk.run import Run
from pixie_tool_sdk.tool import Tool
from pixie_tool_sdk.uploads import Upload

__all__ = ["Cancelled", "InputError", "OutputError", "Run", "Tool", "ToolError", "Upload", "outputs"]
