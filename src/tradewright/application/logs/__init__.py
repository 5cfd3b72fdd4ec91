"""What the processes of a project have said."""
