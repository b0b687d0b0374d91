"""The manifest of ``planner``."""

from typing import Final

from agents.domain.manifest import IntentSchema, Manifest, ResourceLimits
from agents.tools.schemas import common, described, obj

MANIFEST: Final = Manifest(
    name="planner",
    version="1.0.0",
    title={"en": "Plan a workflow", "zh-Hans": "规划工作流"},
    description={
        "en": "Turns an instruction in English or Chinese into a workflow of the agents there are, and says in words what "
        "it does. Works without a language model.",
        "zh-Hans": "将中文或英文指令转换为由现有智能体组成的工作流，并用文字说明其步骤。无需语言模型。",
    },
    capabilities=("planner", "plan", "plan-workflow"),
    intent=IntentSchema(
        input=obj(
            {
                "instruction": described(
                    "Instruction",
                    "指令",
                    "Such as: analyse sales_q3.csv and draw the trend.",
                    type="string",
                    minLength=1,
                    maxLength=4000,
                ),
                "inputs": common(
                    described(
                        "Inputs",
                        "输入",
                        "What the workflow will start with, by name; the columns of a file or table among them are looked at.",
                        type="object",
                        maxProperties=100,
                        default={},
                    )
                ),
            },
            required=("instruction",),
        ),
        output=obj(
            {
                "graph": described("Workflow", "工作流", "A document agentcluster.workflow/v1.", type="object"),
                "explanation": described("Explanation", "说明", "The plan in words.", type="string"),
                "agents": described("Agents", "智能体", type="array", items={"type": "string"}),
                "language": described("Language", "语言", enum=["en", "zh-Hans"]),
            },
            required=("graph", "explanation", "agents", "language"),
        ),
    ),
    entry_point="agents.tools.planner.run:run",
    category="reasoning",
    icon="route",
    limits=ResourceLimits(memory_mib=1024, cpu_s=60, timeout_s=60, concurrency=4),
    cpu_bound=True,
)
