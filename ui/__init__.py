"""What a person sees. With app.py the only place that imports streamlit."""
