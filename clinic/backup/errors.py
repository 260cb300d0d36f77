"""What goes wrong with a backup, in one line."""


class BackupError(Exception):
    """Nothing was changed, unless the line says so."""
