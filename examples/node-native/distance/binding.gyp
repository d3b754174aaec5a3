{
  "targets": [
    {
      "target_name": "distance",
      "sources": ["distance.cc"]
    }
  ]
}
