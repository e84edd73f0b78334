"""`python -m network.translations`: gather the sentences and say which still need a translation."""

import sys

from network.translations.extraction import translated_languages, untranslated, update


def main() -> int:
    """Update every catalogue; return 1 where sentences are left to translate."""
    missing = 0
    for language in translated_languages():
        for sentence in untranslated(update(language)):
            sys.stdout.write(f"{language}: {sentence}\n")
            missing += 1
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
