import FileFormats
import Testing

@testable import SearchSpaces

@Suite("reading a blueprint")
struct BlueprintReadingTests {
  static let layers =
    "\"convolution\", \"depthwise_convolution\", \"batch_norm\", \"layer_norm\", \"activation\", \"gelu\", \"squeeze_excitation\", \"channel_shuffle\", \"pooling\", \"global_average_pool\", \"dense\", \"dropout\""
  static let elementKeys =
    "\"layer\", \"block\", \"repeat\", \"if\", \"choose\", \"residual\", \"graph\""

  @Test(
    "refuses an element that is not as documented, naming its path",
    arguments: [
      ("3", "blueprint[0]: got 3, expected an object that describes an element"),
      (
        #"{"kernel": 3}"#,
        "blueprint[0]: got an object with \"kernel\", expected an element: an object with one of the keys \(elementKeys)"
      ),
      (#"{"layer": "conv"}"#, "blueprint[0].layer: got \"conv\", expected one of \(layers)"),
      (
        #"{"layer": "convolution", "kernel": 3}"#,
        "blueprint[0]: got an object with \"layer\", \"kernel\", expected the key \"channels\" too"
      ),
      (
        #"{"layer": "dense", "channels": 10, "kernel": 3}"#,
        "blueprint[0].kernel: got an unknown key, expected one of \"layer\", \"channels\""
      ),
      (
        #"{"layer": "dense", "channels": [10]}"#,
        "blueprint[0].channels: got [10], expected a number, a text, true, false or a formula"
      ),
      (
        #"{"layer": "dense", "channels": "$widht"}"#,
        "blueprint[0].channels: got \"$widht\", expected names that are known here; there is no $widht (character 1)"
      ),
      (
        #"{"layer": "dense", "channels": "max(4, $width"}"#,
        "blueprint[0].channels: got \"max(4, $width\", expected ',' or ')', not the end (character 14)"
      ),
      (
        #"{"block": "cell"}"#,
        "blueprint[0].block: got \"cell\", expected no call, since no block stands before this place"
      ),
      (
        #"{"repeat": {"count": 2}}"#,
        "blueprint[0].repeat: got an object with \"count\", expected the key \"body\" too"
      ),
      (
        #"{"repeat": {"count": 2, "body": []}}"#,
        "blueprint[0].repeat.body: got [], expected at least one element"
      ),
      (
        #"{"repeat": {"count": 2, "body": [{"layer": "batch_norm", "x": 1}]}}"#,
        "blueprint[0].repeat.body[0].x: got an unknown key, expected one of \"layer\""
      ),
      (
        #"{"repeat": {"count": 2, "index": "i", "body": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].repeat.index: got \"i\", expected an index that the body uses, or no index"
      ),
      (
        #"{"repeat": {"count": 2, "index": "width", "body": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].repeat.index: got \"width\", expected a name that has no meaning here yet"
      ),
      (
        #"{"if": "$width > 8", "the": []}"#,
        "blueprint[0].the: got an unknown key, expected one of \"if\", \"then\", \"else\"; did you mean \"then\"?"
      ),
      (
        #"{"if": "$width > 8", "then": [{"layer": "batch_norm"}], "else": {}}"#,
        "blueprint[0].else: got an empty object, expected an array of elements"
      ),
      (
        #"{"choose": "$width", "cases": {}}"#,
        "blueprint[0].cases: got an empty object, expected at least one case"
      ),
      (
        #"{"residual": {"body": [{"layer": "batch_norm"}]}}"#,
        "blueprint[0].residual: got an object with \"body\", expected the key \"shortcut\" too"
      ),
      (
        #"{"residual": {"body": [{"layer": "batch_norm"}], "shortcut": "identity"}}"#,
        "blueprint[0].residual.shortcut: got \"identity\", expected \"none\", or the elements of a projection"
      ),
      (
        #"{"layer": "dense", "channels": 10}"#,
        "parameters[0].name: got \"width\", expected a parameter that the blueprint uses, as $width"
      ),
    ])
  func element(text: String, expected: String) {
    #expect(problem { () throws(JSONError) in try readSpace(blueprint: text) } == expected)
  }

  @Test("refuses a blueprint without elements")
  func empty() {
    #expect(
      problem { () throws(JSONError) in try readSpace(blueprint: "") }
        == "blueprint: got [], expected at least one element")
  }

  static let norm = #"[{"layer": "batch_norm"}]"#
  static let widen =
    #""widen": {"arguments": ["w"], "body": [{"layer": "dense", "channels": "$w"}]}"#

  @Test(
    "refuses a block or a call that is not as documented",
    arguments: [
      (
        #""Cell": {"body": \#(norm)}"#, "",
        "blocks.Cell: got \"Cell\", expected a block's name of lower-case letters, digits and '_', a letter first"
      ),
      (
        #""cell": \#(norm)"#, "",
        "blocks.cell: got an array of 1 elements, expected an object that describes a block"
      ),
      (
        #""cell": {"arguments": []}"#, "",
        "blocks.cell: got an object with \"arguments\", expected the key \"body\" too"
      ),
      (
        #""cell": {"arguments": ["x"], "body": \#(norm)}"#, "",
        "blocks.cell.arguments[0]: got \"x\", expected an argument that the body uses"
      ),
      (
        #""cell": {"arguments": ["width"], "body": \#(norm)}"#, "",
        "blocks.cell.arguments[0]: got \"width\", expected a name that has no meaning here yet"
      ),
      (
        #""cell": {"arguments": ["x", "x"], "body": \#(norm)}"#, "",
        "blocks.cell.arguments[1]: got \"x\", expected a name that has no meaning here yet"
      ),
      (
        #""cell": {"arguments": ["height"], "body": \#(norm)}"#, "",
        "blocks.cell.arguments[0]: got \"height\", expected a name that has no meaning here yet"
      ),
      (
        #""cell": {"body": [{"block": "cell"}]}"#, "",
        "blocks.cell.body[0].block: got \"cell\", expected no call, since no block stands before this place"
      ),
      (
        widen, #"{"block": "cell"}"#,
        "blueprint[0].block: got \"cell\", expected one of the blocks before this place: \"widen\""
      ),
      (
        widen, #"{"block": "widen"}"#,
        "blueprint[0]: got an object with \"block\", expected the key \"with\" too"
      ),
      (
        widen, #"{"block": "widen", "with": {}}"#,
        "blueprint[0].with: got an empty object, expected the key \"w\" too"
      ),
      (
        widen, #"{"block": "widen", "with": {"w": 3, "v": 4}}"#,
        "blueprint[0].with.v: got an unknown key, expected one of \"w\""
      ),
      (
        widen, #"{"layer": "dense", "channels": "$width"}"#,
        "blocks.widen: got a block that is never called, expected a call of it, or no such block"
      ),
    ])
  func block(blocks: String, blueprint: String, expected: String) {
    #expect(
      problem { () throws(JSONError) in
        try readSpace(blocks: blocks, blueprint: blueprint)
      } == expected)
  }

  @Test("knows an argument only inside its block and an index only inside its repetition")
  func scopes() {
    #expect(
      problem { () throws(JSONError) in
        try readSpace(
          blocks: Self.widen,
          blueprint:
            #"{"block": "widen", "with": {"w": "$width"}}, {"layer": "dense", "channels": "$w"}"#)
      }
        == "blueprint[1].channels: got \"$w\", expected names that are known here; there is no $w (character 1)"
    )
    #expect(
      problem { () throws(JSONError) in
        try readSpace(
          blueprint: #"""
            {"repeat": {"count": 2, "index": "i", "body": [{"layer": "dense", "channels": "$i + 1"}]}},
            {"layer": "dense", "channels": "$width + $i"}
            """#)
      }
        == "blueprint[1].channels: got \"$width + $i\", expected names that are known here; there is no $i (character 10)"
    )
  }
}
