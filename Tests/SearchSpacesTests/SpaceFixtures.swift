import FileFormats
import Foundation
import NeuralNetworks
import RandomStreams

@testable import SearchSpaces

/// Returns the space that a file with these parts describes; its errors call the file `s.json`.
func readSpace(
  parameters: String = #"{"name": "width", "values": [8, 16]}"#, blocks: String? = nil,
  blueprint: String = #"{"layer": "dense", "channels": "0 * $width + $classes"}"#
) throws(JSONError) -> SearchSpace {
  try readSpace(
    file: """
      {"format": "autodistill-search-space/1", "name": "test", "parameters": [\(parameters)],
       \(blocks.map { "\"blocks\": {\($0)}," } ?? "") "blueprint": [\(blueprint)]}
      """)
}

/// Returns the space that the text of a file describes.
func readSpace(file text: String) throws(JSONError) -> SearchSpace {
  try SearchSpace(json: Data(text.utf8), file: "s.json")
}

/// Returns what is wrong with a space that cannot be read, without the file's name; nil if nothing.
func problem(_ read: () throws(JSONError) -> SearchSpace) -> String? {
  do {
    _ = try read()
    return nil
  } catch {
    return error.description.replacing("s.json: ", with: "")
  }
}

/// Returns a shipped space.
func shippedSpace(_ name: String) throws -> SearchSpace {
  try SearchSpace(contentsOf: shippedFile("\(name).json").path())
}

/// Returns where a file of the folder of search spaces lies.
func shippedFile(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "SearchSpaces/\(name)")
}

/// Returns a space of 2 to 7 parameters with random conditions and no blueprint.
func randomSpace(_ number: Int) -> SearchSpace {
  var random = RandomStream(seed: 7, purpose: "spaces", number)
  var parameters: [Parameter] = []
  for index in 0..<(2 + random.integer(below: 6)) {
    let count = 1 + random.integer(below: 4)
    let values = (0..<count).map(ParameterValue.integer)
    var conditions: [Parameter.Condition] = []
    for earlier in parameters.indices where random.integer(below: 3) == 0 {
      let choices = parameters[earlier].values.indices.filter { _ in random.integer(below: 2) == 0 }
      if !choices.isEmpty { conditions.append(.init(parameter: earlier, choices: choices)) }
    }
    parameters.append(
      Parameter(
        name: "p\(index)", values: values,
        scale: random.integer(below: 2) == 0 ? .ordinal : .categorical, conditions: conditions,
        group: nil, words: values.map { "p\(index) \($0)" }))
  }
  return bareSpace(parameters)
}

/// Returns a space without a blueprint.
func bareSpace(_ parameters: [Parameter]) -> SearchSpace {
  SearchSpace(
    name: "bare", parameters: parameters, file: "bare.json",
    blueprint: Blueprint(elements: [], blocks: []), images: TypicalImages())
}

/// Returns an unconditional parameter of the values 0, 1, …
func plainParameter(
  _ name: String, count: Int, scale: Parameter.Scale = .ordinal,
  when conditions: [Parameter.Condition] = []
) -> Parameter {
  Parameter(
    name: name, values: (0..<count).map(ParameterValue.integer), scale: scale,
    conditions: conditions, group: nil, words: (0..<count).map { "\(name) \($0)" })
}

/// Returns every architecture of a small space, by listing all choices and making them canonical.
func bruteForceArchitectures(of space: SearchSpace) -> Set<Architecture> {
  var choices: [[Int]] = [[]]
  for parameter in space.parameters {
    choices = choices.flatMap { head in parameter.values.indices.map { head + [$0] } }
  }
  return Set(choices.map(space.architecture(choices:)))
}

let fashionShape = TensorShape(height: 28, width: 28, channels: 1)
