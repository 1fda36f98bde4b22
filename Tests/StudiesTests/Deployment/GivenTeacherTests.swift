import Datasets
import FileFormats
import Foundation
import Testing

@testable import Studies

@Suite("the teacher of a study that is distilled again")
struct GivenTeacherTests {
  private let data = Standardization(mean: [0.25], standardDeviation: [0.5])

  private func given(_ json: String) throws -> String {
    let value = try JSONField(json: Data(json.utf8), file: "study.json").value
    return try value.givenTeacher(in: "/old", standardized: data).canonical()
  }

  @Test("that the study has trained comes with its weights, and sees pixels as it did")
  func trained() throws {
    #expect(
      try given(#"{"network": {"stem_channels": 8}, "recipe": {"epochs": 4}}"#)
        == #"{"deviation":[0.5],"mean":[0.25],"network":{"stem_channels":8},"#
        + #""weights":"/old/teacher/weights.safetensors"}"#)
    #expect(
      try given(#"{"search_space": "space.json", "key": "01"}"#)
        == #"{"deviation":[0.5],"key":"01","mean":[0.25],"search_space":"/old/space.json","#
        + #""weights":"/old/teacher/weights.safetensors"}"#)
  }

  @Test("that was brought along keeps its files and its own standardisation")
  func brought() throws {
    #expect(
      try given(#"{"network": {}, "weights": "w.safetensors", "mean": [0.1], "deviation": [1.5]}"#)
        == #"{"deviation":[1.5],"mean":[0.1],"network":{},"weights":"/old/w.safetensors"}"#)
    // A graph that wants pixels from 0 to 1 does not see the statistics of the training split.
    #expect(
      try given(#"{"onnx": "t.onnx", "input": {"layout": "NCHW", "scale": "0..1"}}"#)
        == #"{"input":{"layout":"NCHW","scale":"0..1"},"onnx":"/old/t.onnx"}"#)
    #expect(
      try given(#"{"onnx": "t.onnx", "input": {"layout": "NCHW", "scale": "standardised"}}"#)
        .contains(#""mean":[0.25]"#))
  }

  @Test("of several keeps their weights in the mean, each with a file of its own")
  func ensemble() throws {
    let text = try given(#"[{"network": {}, "weight": 2}, {"network": {}, "recipe": {}}]"#)
    for part in [
      #""weight":2"#, "/old/teacher/member-1/weights.safetensors",
      "/old/teacher/member-2/weights.safetensors",
    ] {
      #expect(text.contains(part), "\(text)")
    }
    #expect(!text.contains("recipe"))
    #expect(
      try given(#"{"members": [{"network": {}}, {"network": {}}], "weighting": "confidence"}"#)
        == #"{"members":["#
        + #"{"deviation":[0.5],"mean":[0.25],"network":{},"#
        + #""weights":"/old/teacher/member-1/weights.safetensors"},"#
        + #"{"deviation":[0.5],"mean":[0.25],"network":{},"#
        + #""weights":"/old/teacher/member-2/weights.safetensors"}],"weighting":"confidence"}"#)
  }

  @Test("in a list of its own has the file of a single teacher", arguments: [true, false])
  func listOfOne(isObject: Bool) throws {
    let list = #"[{"network": {}}]"#
    let text = try given(isObject ? #"{"members": \#(list)}"# : list)
    #expect(text.contains(#""weights":"/old/teacher/weights.safetensors""#), "\(text)")
  }

  @Test("of which only answers are known is refused")
  func logits() throws {
    let logits = #"{"logits": {"train": "l.npy"}}"#
    for teacher in [logits, "[\(logits)]", #"{"members": [{"network": {}}, \#(logits)]}"#] {
      #expect {
        try given(teacher)
      } throws: { "\($0)".contains("says nothing of new images") }
    }
  }

  @Test("that sees images of its own is refused: there are none of the new ones")
  func images() throws {
    #expect {
      try given(#"{"onnx": "t.onnx", "input": {}, "images": {"train": "large.npy"}}"#)
    } throws: { "\($0)".contains("\"images\" of the new data") }
  }
}
