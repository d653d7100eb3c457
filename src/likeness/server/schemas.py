"""What goes in and out over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from likeness.server.errors import ErrorDetail

SoundFormat = Literal["wav", "mp3", "flac", "opus", "pcm"]
VOICE_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9_.:+ -]{1,80})?$"
ENGINE = r"^[a-z0-9_.]{0,40}$"
_TEXT_LIMIT = 4096


class Taking(BaseModel):
    """Base of what is asked: unknown fields are refused, so that a misspelt option is not quietly without effect."""

    model_config = ConfigDict(extra="forbid")


class Manner(Taking):
    """How to speak."""

    speed: float = Field(1.0, ge=0.25, le=4.0, description="Tempo; 1 is the person's own. Spoken between 0.5 and 2.")
    pitch: float = Field(0.0, ge=-12, le=12, description="Shift in semitones.")
    pitch_range: float = Field(1.0, ge=0.0, le=2.0, description="How lively; 1 is the person's own.")
    energy: float = Field(0.0, ge=-20, le=20, description="Louder or softer, in dB.")
    pauses: float = Field(1.0, ge=0.25, le=4, description="Length of pauses; 1 is natural.")
    emotion: str = Field(
        "neutral", max_length=40, description="The feeling; `auto` takes each sentence's from its words."
    )
    seed: int = Field(0, ge=0, le=2**31 - 1, description="The same seed gives the same sound.")


class Delivery(Manner):
    """How to speak, and how the sound comes back."""

    format: SoundFormat = Field("mp3", description="wav, mp3 and flac are 22,050 Hz, opus 24 kHz; pcm is 24 kHz s16le.")
    stream: bool = Field(False, description="Send pieces as they are made: server-sent events, or sound as it is.")
    response: Literal["json", "audio"] | None = Field(
        None, description="json, or the sound itself; what `Accept` says when left out."
    )


class PipelineRequest(Delivery):
    """Something to write, and how to say it."""

    prompt: str = Field(min_length=1, max_length=_TEXT_LIMIT, description="What to write, or the text to rewrite.")
    task: Literal["draft", "rewrite"] = Field("draft", description="Draft from the prompt, or put it in their words.")
    context: str = Field("", max_length=20_000, description="The message that is being answered.")
    style_reference: str = Field("", max_length=20_000, description="A text whose manner this one should follow.")
    recipient: str = Field("", max_length=200, description="Whom it is for.")
    channel: str = Field("", max_length=40, description="mail, whatsapp …: what kind of text it is.")
    temperature: float = Field(0.0, ge=0, le=2, description="Freedom of the writer, where it has any.")
    voice: str | None = Field(None, pattern=VOICE_ID, description="Which voice; the person's own (`me`) if left out.")
    consent: str = Field("", max_length=500, description="With a clip: that its speaker agrees.")
    engine: str = Field("", pattern=ENGINE, description="With a clip: which engine makes the voice.")
    reference_clip: str | None = Field(
        None, description="In JSON: 10-30 s of the speaker as base64. In a form: the sound file. Instead of `voice`."
    )


class GivenText(Delivery):
    """A text that is to be said as it is."""

    text: str = Field(
        min_length=1, max_length=_TEXT_LIMIT, description="What to say: plain, with marks (`[whispered] …`), or SSML."
    )
    ssml: bool | None = Field(None, description="Whether the text is SSML; looked at when left out.")


class GenerateRequest(GivenText):
    """A text to be said in a trained voice."""

    voice: str | None = Field(
        None,
        pattern=VOICE_ID,
        description="Which voice; the person's own (`me`) if left out; ENGINE/VOICE for one that came with an engine.",
    )
    adapter: str | None = Field(None, pattern=VOICE_ID, description="Another name for `voice`.")


class CloneRequest(GivenText):
    """A text to be said in the voice of a clip."""

    engine: str = Field("", pattern=ENGINE, description="Which engine makes the voice; the setting's when left out.")
    consent: str = Field(min_length=1, max_length=500, description="That the clip's speaker agrees.")
    audio_sample: str | None = Field(
        None, description="In JSON: 10-30 s of the speaker as base64. In a form: the file."
    )


class UploadRequest(Taking):
    """A recording to learn a voice from."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="The voice; lower case, digits, - and _.")
    consent: str = Field(min_length=1, max_length=500, description="Whose voice it is and that they agree.")
    transcript: str = Field("", max_length=20_000, description="What is said in it, where that is known.")
    emotion: str = Field("neutral", max_length=40, pattern=r"^[a-z][a-z /-]*$", description="The feeling it is in.")
    engine: str = Field("", pattern=ENGINE, description="Which engine learns the voice; the setting's when left out.")


class SearchRequest(Taking):
    """What to find. Without `query`, what the filters let through, newest first."""

    query: str = Field("", max_length=1000, description='Words; "a phrase"; -without; begin*. All must be there.')
    sender: str = Field("", max_length=200, description="Sent by: part of an address or name.")
    recipient: str = Field("", max_length=200, description="Sent to: part of an address or name.")
    place: str = Field("", max_length=400, description="A source, or part of a conversation or label.")
    since: str = Field("", max_length=10, description="From this year, month or day on: 2019, 2019-05, 2019-05-03.")
    until: str = Field("", max_length=10, description="Up to the end of this year, month or day.")
    mine: bool = Field(False, description="Only what the person wrote.")
    by: Literal["words", "meaning", "both"] | None = Field(
        None, description="How; when left out both where an index by meaning is there, else words."
    )
    limit: int = Field(20, ge=1, le=200, description="How many results.")
    offset: int = Field(0, ge=0, le=10_000, description="How many of the best to pass over.")


class VoiceReference(BaseModel):
    """A voice by its id, as newer clients send it."""

    model_config = ConfigDict(extra="ignore")
    id: str = Field(max_length=64)


def _voice_id(value: Any) -> Any:
    return value.get("id") if isinstance(value, dict) else value


class SpeechRequest(BaseModel):
    """OpenAI's request for speech."""

    model_config = ConfigDict(extra="ignore")
    model: str = Field(max_length=100, description="`voice`.")
    input: str = Field(min_length=1, max_length=_TEXT_LIMIT, description="What to say.")
    voice: Annotated[str | VoiceReference, Field(description="The id of a voice, or an object with its id.")]
    instructions: str | None = Field(None, max_length=4096, description="A feeling by name; anything else is refused.")
    response_format: str = Field("mp3", max_length=20, description="mp3, wav, flac, opus or pcm.")
    speed: float = Field(1.0, ge=0.25, le=4.0)
    stream_format: Literal["audio", "sse"] = Field("audio")


class TextPart(BaseModel):
    """A part of a message."""

    model_config = ConfigDict(extra="allow")
    type: str = Field(max_length=40)
    text: str | None = Field(None, max_length=100_000)


class ChatMessage(BaseModel):
    """One turn."""

    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None


class StreamOptions(BaseModel):
    """OpenAI's options of a stream."""

    model_config = ConfigDict(extra="ignore")
    include_usage: bool = False


class AudioOptions(BaseModel):
    """The sound of an answer that is to be spoken as well."""

    model_config = ConfigDict(extra="ignore")
    voice: Annotated[str, BeforeValidator(_voice_id), Field(max_length=64)]
    format: str = Field("wav", max_length=20)


Stop = Annotated[str, Field(max_length=200)]


class ChatRequest(BaseModel):
    """OpenAI's request for a completion. What would change the answer and is not done here is refused, not ignored."""

    model_config = ConfigDict(extra="allow")
    model: str = Field(
        max_length=100,
        description="`me` drafts, `me:rewrite` puts a text into the person's words, `base` is the model without them.",
    )
    messages: list[ChatMessage] = Field(min_length=1, max_length=500)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, ge=0, le=1)
    seed: int | None = Field(None, ge=-(2**63), le=2**63 - 1)
    stop: Stop | Annotated[list[Stop], Field(max_length=4)] | None = None
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    max_completion_tokens: int | None = Field(None, ge=1, le=1_000_000)
    n: int | None = Field(None, ge=1, le=128)
    modalities: list[Literal["text", "audio"]] | None = None
    audio: AudioOptions | None = None
    voice: Literal["me"] | None = Field(
        None, description="Ours: `me` has a plain model write what to say and then puts that into the person's words."
    )
    adapter: str = Field(
        "",
        max_length=100,
        pattern=r"^([A-Za-z0-9_.-]+(/step-[0-9]+)?)?$",
        description="Ours: another adapter than the person's newest, or a checkpoint of one: NAME/step-000100.",
    )
    context: str = Field("", max_length=20_000, description="Ours: the message that is being answered.")
    style_reference: str = Field("", max_length=20_000, description="Ours: a text whose manner to follow.")
    recipient: str = Field("", max_length=200, description="Ours: whom it is for.")
    channel: str = Field("", max_length=40, description="Ours: what kind of text it is.")


class ChatCompletion(BaseModel):
    """OpenAI's completion, with how the text came about as an extra field."""

    model_config = ConfigDict(extra="allow")
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, int] = Field(description="Counted by the model, or estimated at four characters to a token.")
    likeness: dict[str, Any] = Field(description="provenance, voice, notes, timings.")


class ProvenanceBody(BaseModel):
    """How a text came about."""

    engine: str
    method: str
    note: str
    message_ids: list[str]
    details: dict[str, float | str]


class SpokenBody(BaseModel):
    """Speech and what it says."""

    text: str
    provenance: ProvenanceBody | None = Field(None, description="How the text came about; null for one that was given.")
    audio: str = Field(description="The sound file, base64.")
    format: SoundFormat
    sample_rate: int = Field(description="Hz.")
    seconds: float
    voice: str = Field(description="Whose voice it is: its id, or `instant` for one made from a clip for this request.")
    notes: list[str] = Field(description="What should be known about this voice or text.")
    timings: dict[str, float] = Field(description="Milliseconds per stage.")


class VoiceBody(BaseModel):
    """A voice."""

    id: str
    name: str
    object: Literal["audio.voice"] = "audio.voice"
    created_at: int = Field(description="Seconds since 1970; 0 for a voice that came with an engine.")
    engine: str
    notes: list[str]
    own: bool = Field(True, description="Whether it was made of a person's recordings here.")
    language: str = "en"
    emotions: dict[str, float] = Field(default_factory=dict, description="Seconds recorded in each feeling.")
    consent: list[dict[str, Any]] = Field(default_factory=list, description="Who agreed, when, and how.")


class VoiceRemoved(BaseModel):
    """A voice is gone, with what was made from it."""

    id: str
    object: Literal["audio.voice.deleted"] = "audio.voice.deleted"
    deleted: bool = True
    freed_bytes: int
    recordings: int = Field(description="How many recordings went with it.")
    notes: list[str] = Field(description="What stays.")


class ModelChoice(BaseModel):
    """A model that an engine works with."""

    name: str
    is_here: bool
    about_mb: int
    licence: str


class EngineBody(BaseModel):
    """An engine that speaks."""

    name: str
    title: str
    ready: bool
    missing: list[str] = Field(description="Libraries that are not installed.")
    next_step: str = Field(description="The command that brings it nearer to being ready.")
    models: list[ModelChoice]
    can: list[str]
    languages: list[str]
    learns: bool = Field(description="Whether it makes voices of a person.")
    stock: bool = Field(description="Whether it came with voices.")
    memory_mb: int
    licence: str
    notes: str


class EnginesBody(BaseModel):
    """The engines that speak, those that are ready first."""

    engines: list[EngineBody]


class VoicesBody(BaseModel):
    """The voices there are, in the two forms that clients read."""

    object: Literal["list"] = "list"
    voices: list[VoiceBody]
    data: list[VoiceBody]


class ModelBody(BaseModel):
    """A model, as OpenAI lists them."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str = "likeness"


class ModelsBody(BaseModel):
    """The models there are."""

    object: Literal["list"] = "list"
    data: list[ModelBody]


class SpeechModel(BaseModel):
    """A model that speaks."""

    id: str


class SpeechModelsBody(BaseModel):
    """The models that speak."""

    models: list[SpeechModel]


class CheckBody(BaseModel):
    """What the check of a recording found."""

    verdict: str
    reasons: list[str]
    seconds: float
    speech_seconds: float
    snr_db: float
    level_dbfs: float
    peak_dbfs: float


class JobBody(BaseModel):
    """A long job."""

    id: str
    kind: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    created_at: str
    updated_at: str
    stage: str = ""
    done: float = 0.0
    total: float | None = None
    note: str = ""
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None


class UploadBody(BaseModel):
    """A recording was taken, and a voice is being learned from it."""

    id: str = Field(description="Of the voice.")
    name: str
    object: Literal["audio.voice"] = "audio.voice"
    created_at: int
    check: CheckBody
    job: JobBody = Field(description="The learning; the voice can be used when it is done.")


class FoundBody(BaseModel):
    """A message that was found."""

    id: str
    sent_at: str | None = Field(description="ISO 8601; null when it bears no date.")
    sender: str
    sender_name: str
    mine: bool
    recipients: list[str]
    channel: str
    source: str
    conversation: str
    subject: str
    snippet: str
    marks: list[tuple[int, int]] = Field(description="Start and end, in the snippet, of what was found.")
    ways: list[str] = Field(description="words, meaning, or both.")


class SearchBody(BaseModel):
    """What was found, best first."""

    by: Literal["words", "meaning", "both"] = Field(description="How was searched.")
    note: str = Field(description="What to know of this search, for a person.")
    next_offset: int | None = Field(description="Where the next page begins; null when there is none.")
    results: list[FoundBody]


class HealthBody(BaseModel):
    """The program runs."""

    status: Literal["ok"] = "ok"
    version: str


class ReadyBody(BaseModel):
    """Whether requests can be answered now."""

    ready: bool
    writer: str = Field(description="`ready`, or why not.")
    speaker: str = Field(description="`ready`, or why not.")
    error: ErrorDetail | None = Field(None, description="When it is not ready, as every other error.")
