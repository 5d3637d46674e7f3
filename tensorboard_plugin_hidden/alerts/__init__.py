"""Rules over measures: what is said to be wrong with a training, when, and with what evidence. numpy only."""
