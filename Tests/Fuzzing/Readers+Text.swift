import FileFormats
import Foundation

extension Reader {
  /// JSON and tables as such; what the project asks of them comes further down.
  static let textReaders: [Reader] = [
    Reader(
      "json", share: 40, isJSON: true,
      seeds: { _ in
        [
          #"{"a": [1, -2.5e3, true, null, "x\u00e9\n\ud83d\ude00"], "b": {"c": {}, "d": []}}"#,
          #"[[[[{"é": 1e-7, "": ""}]]], 9007199254740993, 0.1]"#, "\"text\"", "-0.0", "{}",
        ].map { Array($0.utf8) }
      }
    ) { input in
      let field = try JSONField(json: input.data, file: "input.json")
      _ = try JSONField.text(input.data, withoutMember: "b", file: "input.json")
      let members = try field.members(of: "a thing", known: ["a", "b", "latency_ms"])
      _ = try members["a"]?.elements(of: "things").first?.integer(in: 0...10)
      _ = try members["b"]?.object("a thing").first?.field.number(in: 0...1)
    },
    Reader(
      "json-file", file: "input.json", isJSON: true, seeds: { _ in [Array("{\"a\": 1}".utf8)] }
    ) { input in
      _ = try JSONField(contentsOf: input.path()).text("a text")
    },
    Reader(
      "json-lines", file: "input.jsonl",
      seeds: { _ in [Array("{\"a\":1,\"b\":\"x\"}\n{\"a\":2.5,\"b\":\"\"}\n{\"a\":3".utf8)] }
    ) { input in
      struct Line: Decodable {
        let a: Double
        let b: String
      }
      _ = try JSONLines.read(input.path()) { (_: Line, _) in }
    },
    Reader(
      "csv", file: "input.csv", share: 40,
      seeds: { _ in
        [
          "architecture,latency_ms,accuracy\r\n000,1.5,0.9\r\n010,2e-1,NaN\r\n",
          "\u{FEFF}a,\"b \"\"c\"\", d\",e\n1,\"x\ny\",-.5\n,,\n\n\n", "key\n1\n2\n",
        ].map { Array($0.utf8) }
      }
    ) { input in
      let table = try CSVTable(contentsOf: input.path())
      _ = try? table.joined(with: table)
      for column in table.columns { _ = try column.numbers() }
    },
  ]
}
