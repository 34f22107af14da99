{
  # Stands in for the file of Node's own headers, which node-gyp would fetch. The addon sees Node by Node-API alone, and
  # those headers are in a package (node-api-headers); what else it needs is in binding.gyp.
  "target_defaults": {
    "default_configuration": "Release",
    "configurations": { "Release": {}, "Debug": {} }
  }
}
