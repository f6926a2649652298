"""The API catalogue that ships: pure Python functions in the 21 categories of the APIGen paper."""
