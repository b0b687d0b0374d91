"""The manifest of ``file-reader``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools import schemas

MANIFEST: Final = Manifest(
    name="file-reader",
    version="1.0.0",
    title={"en": "Read a file", "zh-Hans": "读取文件"},
    description={
        "en": "Takes an uploaded file, or one from an allowed folder of the node, and tells its size, type and "
        "encoding; gives the text of small text files.",
        "zh-Hans": "读取上传的文件或节点允许目录中的文件，给出大小、类型和编码；小型文本文件同时返回文本内容。",
    },
    capabilities=("file-reader", "read-file", "detect-encoding"),
    intent=IntentSchema(
        input=schemas.obj(
            {
                "file": schemas.file(description="An uploaded file."),
                "path": schemas.described(
                    "Path on the node",
                    "节点上的路径",
                    "Instead of an upload: a file inside a folder that FILE_READER_FOLDERS allows.",
                    type="string",
                    minLength=1,
                    maxLength=4096,
                ),
            }
        ),
        output=schemas.obj(
            {
                "file": schemas.file(),
                "text": schemas.described(
                    "Text", "文本", "The content of a text file of at most 32 KB.", type=["string", "null"]
                ),
                "encoding": schemas.described(
                    "Encoding", "编码", "Null for what is not text.", type=["string", "null"]
                ),
                "size": schemas.described("Size", "大小", "In bytes.", type="integer", minimum=0),
                "media_type": schemas.described("Media type", "媒体类型", type="string"),
                "name": schemas.described("Name", "名称", type="string"),
            },
            required=("file", "text", "encoding", "size", "media_type", "name"),
        ),
    ),
    entry_point="agents.tools.file_reader.run:run",
    category="files",
    icon="file-text",
    limits=ResourceLimits(memory_mib=512, cpu_s=60, timeout_s=120, concurrency=8),
    cpu_bound=True,
)
