import Foundation
import Testing

@testable import Datasets

/// Where a study keeps its data set.
private struct Study: Codable {
  let data: DatasetDefinition
}

@Suite("data set definitions")
struct DatasetDefinitionTests {
  @Test("the shortest definition is Fashion-MNIST with the default split")
  func shortest() throws {
    #expect(try decode(DatasetDefinition.self, #"{"name": "fashion-mnist"}"#) == .fashionMNIST)
  }

  @Test(
    "every kind reads as what it says and survives being written",
    arguments: [
      (
        #"{"name": "fashion-mnist", "folder": "fm", "split_seed": 4}"#,
        DatasetDefinition(source: .fashionMNIST(folder: "fm"), splitSeed: 4)
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_images": "c", "test_labels": "d"}"#,
        DatasetDefinition(
          source: .arrays(
            train: .init(images: "a", labels: "b"), test: .init(images: "c", labels: "d"),
            classes: nil))
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "classes": 7, "test_count": 9,"#
          + #" "validation_count": 8}"#,
        DatasetDefinition(
          source: .arrays(train: .init(images: "a", labels: "b"), test: nil, classes: 7),
          validationCount: 8, testCount: 9)
      ),
      (#"{"cifar10": "folder"}"#, DatasetDefinition(source: .cifar10(folder: "folder"))),
      (
        #"{"cifar100": "folder", "validation_count": 1}"#,
        DatasetDefinition(source: .cifar100(folder: "folder"), validationCount: 1)
      ),
    ])
  func roundTrip(json: String, expected: DatasetDefinition) throws {
    let definition = try decode(DatasetDefinition.self, json)
    #expect(definition == expected)
    let written = try JSONEncoder().encode(definition)
    #expect(try JSONDecoder().decode(DatasetDefinition.self, from: written) == expected)
  }

  @Test(
    "what is wrong is named by its path, with what was found",
    arguments: [
      (#"{}"#, ["data:", "no keys", "train_images"]),
      (#"{"nam": "x"}"#, ["data:", "nam"]),
      (#"{"name": "fashion-mnist", "cifar10": "x"}"#, ["data:", "exactly one of"]),
      (#"{"name": "fashion-mnist", "folders": "x"}"#, ["data.folders", "unknown key", "folder"]),
      (#"{"name": "fashion-mnist", "test_count": 5}"#, ["data.test_count", "unknown key"]),
      (#"{"name": "mnist"}"#, ["data.name", "\"mnist\"", "fashion-mnist"]),
      (#"{"name": 3}"#, ["data.name", "found 3", "text"]),
      (#"{"name": null}"#, ["data.name", "null"]),
      (#"{"name": ["a"]}"#, ["data.name", "a list or an object"]),
      (#"{"name": ""}"#, ["data.name", "not empty"]),
      (#"{"cifar10": "x", "validation_count": 0}"#, ["data.validation_count", "0", "at least 1"]),
      (#"{"cifar10": "x", "validation_count": 2.5}"#, ["data.validation_count", "2.5"]),
      (#"{"cifar10": "x", "validation_count": "5"}"#, ["data.validation_count", "\"5\""]),
      (#"{"cifar10": "x", "validation_count": true}"#, ["data.validation_count", "true"]),
      (#"{"cifar10": "x", "split_seed": -1}"#, ["data.split_seed", "-1"]),
      (#"{"train_images": "a"}"#, ["data.train_labels", "nothing"]),
      (
        #"{"train_images": "a", "train_labels": "b", "test_images": "c"}"#,
        ["data.test_labels", "nothing"]
      ),
      (#"{"train_images": "a", "train_labels": "b"}"#, ["data.test_count", "nothing"]),
      (
        #"{"train_images": "a", "train_labels": "b", "test_images": "c", "test_labels": "d","#
          + #" "test_count": 3}"#, ["data.test_count", "found 3", "either"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "classes": 1}"#,
        ["data.classes", "found 1", "from 2"]
      ),
      (#"[]"#, ["data", "object"]),
      (#""fashion-mnist""#, ["data", "object"]),
    ])
  func strict(json: String, parts: [String]) {
    do {
      _ = try decode(Study.self, #"{"data": \#(json)}"#)
      Issue.record("no error")
    } catch {
      #expect(error is DatasetError)
      for part in parts { #expect("\(error)".contains(part), "\(error)") }
    }
  }
}
