"""The words in which a language model is asked to write as the person: one place for training, model files and use.

A model tuned on these bytes must be asked in the same bytes. Every chat has a system message, since without one the
template of Qwen2.5 puts in one of its own. Changing a prompt makes adapters learned before it weaker: an adapter's
manifest keeps the system prompt it was learned with.
"""

from __future__ import annotations

from dataclasses import replace

from likeness.core.types import Turn, WriteRequest

SYSTEM_PROMPT = (
    "You write as one particular person. Use their words, their tone and their habits. "
    "Answer with the text alone, without comment."
)
PLAIN_SYSTEM_PROMPT = "You are a helpful assistant."
"""For the base model, asked without an adapter and without a system message of the caller's."""
REPLY_PROMPT = "Write my reply to this message:\n\n{context}"
DRAFT_PROMPT = "{instruction}"
REWRITE_PROMPT = "Rewrite this text in my own words. Keep every fact:\n\n{text}"
INSTRUCTED_REPLY = REPLY_PROMPT + "\n\nWhat to say:\n\n{instruction}"
REFERENCE_PROMPT = "Follow the manner of this text:\n\n{reference}\n\n{prompt}"

SUBSTANCE_SYSTEM_PROMPT = (
    "You decide what a message has to say; somebody else puts it into words afterwards. Write its content in short, "
    "plain sentences: every fact, name, number and date that is given, and nothing that was not asked for. "
    "No greeting, no closing, no comment."
)
"""For the first of two stages: any language model says what is to be said, the personal one says it as the person."""


def substance(request: WriteRequest) -> WriteRequest:
    """The request of the first stage: a chat that asks for the content of the draft ``request`` alone."""
    turns = (Turn("system", SUBSTANCE_SYSTEM_PROMPT), Turn("user", user_prompt(replace(request, style_reference=""))))
    return replace(request, task="chat", turns=turns, adapter="", style_reference="")


def chat(request: WriteRequest, system: str = SYSTEM_PROMPT) -> tuple[Turn, ...]:
    """The conversation that asks a chat model for ``request``; its answer is the text wanted.

    A request of the task "chat" is its own conversation and gets a system message only where it has none.
    """
    if request.task == "chat":
        turns = request.turns
        return turns if any(turn.role == "system" for turn in turns) else (Turn("system", system), *turns)
    return (Turn("system", system), Turn("user", user_prompt(request)))


def user_prompt(request: WriteRequest) -> str:
    """What the user turn says: the same as in training for the tasks that are trained."""
    if request.task == "rewrite":
        prompt = REWRITE_PROMPT.format(text=request.text)
    elif request.context and request.text.strip():
        prompt = INSTRUCTED_REPLY.format(context=request.context, instruction=request.text)
    elif request.context:
        prompt = REPLY_PROMPT.format(context=request.context)
    else:
        prompt = DRAFT_PROMPT.format(instruction=request.text)
    if request.style_reference:
        return REFERENCE_PROMPT.format(reference=request.style_reference, prompt=prompt)
    return prompt
