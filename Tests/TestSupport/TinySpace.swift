/// Fifteen small students.
public let tinySpace = """
  {
    "format": "autodistill-search-space/1",
    "name": "tiny",
    "parameters": [
      {"name": "depth", "values": [0, 1, 2]},
      {"name": "kernel", "values": [3, 5], "when": {"depth": [1, 2]}},
      {"name": "width", "values": [4, 6, 8]}
    ],
    "blocks": {
      "separable": {
        "arguments": ["stride"],
        "body": [
          {"layer": "depthwise_convolution", "kernel": "$kernel", "stride": "$stride"},
          {"layer": "convolution", "kernel": 1, "channels": "2 * $channels"},
          {"layer": "batch_norm"},
          {"layer": "activation", "kind": "relu"}
        ]
      }
    },
    "blueprint": [
      {"layer": "convolution", "kernel": 3, "stride": 2, "channels": "$width"},
      {"layer": "batch_norm"},
      {"layer": "activation", "kind": "relu"},
      {"repeat": {"count": "$depth", "index": "i", "body": [
        {"block": "separable", "with": {"stride": "$i == 0 ? 2 : 1"}}
      ]}},
      {"layer": "global_average_pool"},
      {"layer": "dense", "channels": "$classes"}
    ]
  }
  """
