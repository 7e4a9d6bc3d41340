"""The file ending of each language that code may be in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LANGUAGES"]

_NAMES = """
.ada ada
.asm asm assembly
.awk awk
.bat bat batch
.bib bibtex
.c c
.clj clojure
.cpp cpp c++
.cs csharp c#
.css css
.csv csv
.dart dart
.diff diff patch
.dockerfile dockerfile
.erl erlang
.ex elixir
.f90 fortran
.fs fsharp f#
.go go golang
.gradle gradle
.graphql graphql
.groovy groovy
.h h
.hs haskell
.html html
.ini ini cfg conf
.ipynb notebook ipynb
.java java
.jl julia
.js javascript js node
.json json geojson
.jsx jsx
.kt kotlin
.lisp lisp
.lua lua
.m matlab octave
.md markdown md
.mk make makefile
.ml ocaml
.nim nim
.php php
.pl perl
.proto protobuf proto
.ps1 powershell
.py python python3 py
.r r
.rb ruby
.rs rust rs
.rst rst restructuredtext
.sas sas
.scala scala
.scm scheme
.scss scss
.sh bash sh shell zsh
.sql sql sqlite postgresql mysql
.svg svg
.swift swift
.tex latex tex
.tf terraform hcl
.toml toml
.ts typescript ts
.tsx tsx
.vim vim
.xml xml
.yaml yaml yml
.zig zig
"""

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {name: line.split()[0] for line in _NAMES.strip().splitlines() for name in line.split()[1:]}
)
"""Endings with their dot, by the language's names in small letters."""
