"""What the code of one source may use: where it is given, it takes the place of the executor's own setting."""

from pydantic import BaseModel, ConfigDict, Field


class Limits(BaseModel):
    """Limits and grants of one source's calls. None: as the executor says (see `PythonExecutor` for the meanings).

    Fields:
        read: files and folders that a call may read beside its library, relative to the working directory.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    wall_time: float | None = Field(None, gt=0)
    cpu_time: int | None = Field(None, ge=1)
    memory_mb: int | None = Field(None, ge=1)
    max_result_bytes: int | None = Field(None, ge=1, le=1 << 30)
    max_output_bytes: int | None = Field(None, ge=1)
    max_file_mb: int | None = Field(None, ge=0)
    scratch_mb: int | None = Field(None, ge=1)
    import_timeout: float | None = Field(None, gt=0)
    network: bool | None = None
    read: list[str] = []
