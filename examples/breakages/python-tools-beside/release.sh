#!/bin/bash
git push --tags && hg push
