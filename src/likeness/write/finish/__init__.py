"""The finishing pass: of what a language model says, only the draft comes back.

    for piece in finished(draft.pieces, request): …        text without an assistant's frame, as it comes
    finish(draft, request)                              the same of a Draft, told in its provenance
    finisher = Finisher(request); finisher.feed(piece); finisher.end()

Control characters go first: a terminal would obey them. Then four stages, one file each, every one a function of the
whole text however it is cut into pieces:

    markers    end-of-turn tokens, roles, thinking aloud
    head       the prompt said again, a preamble, a label, an opening fence or quotation mark
    body       loops, length, explanations at the end, the closing fence or quotation mark

What a person could have written stays. A phrase goes only when it speaks of the draft itself, and what the request
speaks of is never taken for that.
"""

from likeness.write.finish.finisher import Finisher, finish, finished

__all__ = ["Finisher", "finish", "finished"]
