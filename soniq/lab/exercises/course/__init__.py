"""The exercises: one file each, named as `%%exercise` names it."""
