"""From a bank and a blueprint to forms: assembling them, and making parallel ones."""
