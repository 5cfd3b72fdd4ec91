"""Deployments: strategies that are to trade until somebody says otherwise, and what brings that about."""
