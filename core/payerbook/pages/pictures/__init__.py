"""Pictures as inline SVG, each with its numbers as a table beside it; colors come from the style sheet, so both palettes and print work."""
