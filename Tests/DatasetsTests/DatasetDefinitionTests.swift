import FileFormats
import Foundation
import Testing

@testable import Datasets

@Suite("data set definitions")
struct DatasetDefinitionTests {
  @Test("the shortest definition is Fashion-MNIST with the default split")
  func shortest() throws {
    #expect(try DatasetDefinition(json(#"{"name": "fashion-mnist"}"#)) == .fashionMNIST)
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
      (
        #"{"train_images": "a", "train_labels": "b.csv", "validation_images": "c","#
          + #" "validation_labels": "d", "test_count": 9, "groups": "g", "split": "stratified"}"#,
        DatasetDefinition(
          source: .arrays(
            train: .init(images: "a", labels: "b.csv"),
            validation: .init(images: "c", labels: "d"), test: nil, classes: nil, groups: "g"),
          testCount: 9, split: .stratified)
      ),
      (
        #"{"name": "fashion-mnist", "split": "stratified"}"#,
        DatasetDefinition(
          source: .fashionMNIST(folder: DatasetDefinition.Source.fashionMNISTFolder),
          split: .stratified)
      ),
      (#"{"cifar10": "folder"}"#, DatasetDefinition(source: .cifar10(folder: "folder"))),
      (
        #"{"cifar10": "folder", "labels": 2000, "label_noise": 0.4}"#,
        DatasetDefinition(
          source: .cifar10(folder: "folder"), labels: KeptLabels(count: 2000), labelNoise: 0.4)
      ),
      (
        #"{"cifar10": "folder", "labels": {"count": 50, "others": "dropped"}, "label_noise": 0}"#,
        DatasetDefinition(
          source: .cifar10(folder: "folder"), labels: KeptLabels(count: 50, others: .dropped))
      ),
      (
        #"{"cifar100": "folder", "validation_count": 1}"#,
        DatasetDefinition(source: .cifar100(folder: "folder"), validationCount: 1)
      ),
    ])
  func roundTrip(text: String, expected: DatasetDefinition) throws {
    let definition = try DatasetDefinition(json(text))
    #expect(definition == expected)
    let written = String(decoding: try JSONEncoder().encode(definition), as: UTF8.self)
    #expect(try DatasetDefinition(json(written)) == expected)
  }

  @Test(
    "what is wrong is named by its path, with what was found",
    arguments: [
      (#"{}"#, ["data:", "an empty object", "train_images"]),
      (#"{"nam": "x"}"#, ["data:", "nam"]),
      (#"{"name": "fashion-mnist", "cifar10": "x"}"#, ["data:", "exactly one of"]),
      (
        #"{"name": "fashion-mnist", "folders": "x"}"#,
        ["data.folders", "unknown key", "\"folder\""]
      ),
      (#"{"name": "fashion-mnist", "test_count": 5}"#, ["data.test_count", "unknown key"]),
      (#"{"name": "mnist"}"#, ["data.name", "\"mnist\"", "fashion-mnist"]),
      (#"{"name": 3}"#, ["data.name", "got 3", "fashion-mnist"]),
      (#"{"name": null}"#, ["data.name", "null"]),
      (#"{"name": ["a"]}"#, ["data.name", "[\"a\"]"]),
      (#"{"name": ""}"#, ["data.name", "got \"\""]),
      (#"{"name": "fashion-mnist", "folder": ""}"#, ["data.folder", "got \"\"", "the folder"]),
      (#"{"cifar10": 3}"#, ["data.cifar10", "got 3", "the folder"]),
      (#"{"cifar10": "x", "validation_count": 0}"#, ["data.validation_count", "0", "at least 1"]),
      (#"{"cifar10": "x", "validation_count": 2.5}"#, ["data.validation_count", "2.5"]),
      (#"{"cifar10": "x", "validation_count": "5"}"#, ["data.validation_count", "\"5\""]),
      (#"{"cifar10": "x", "validation_count": true}"#, ["data.validation_count", "true"]),
      (#"{"cifar10": "x", "split_seed": -1}"#, ["data.split_seed", "-1"]),
      (#"{"cifar10": "x", "labels": 1}"#, ["data.labels", "got 1", "from 2"]),
      (#"{"cifar10": "x", "labels": "y.npy"}"#, ["data.labels", "\"y.npy\"", "from 2"]),
      (
        #"{"cifar10": "x", "labels": {"others": "dropped"}}"#,
        ["data.labels", "the key \"count\""]
      ),
      (
        #"{"cifar10": "x", "labels": {"count": 9, "others": "kept"}}"#,
        ["data.labels.others", "\"kept\"", "\"unlabeled\", \"dropped\""]
      ),
      (#"{"cifar10": "x", "label_noise": 1.5}"#, ["data.label_noise", "1.5", "0 to 1"]),
      (#"{"train_images": "a"}"#, ["data:", "expected the key \"train_labels\" too"]),
      (
        #"{"train_images": "a", "train_labels": "b", "test_images": "c"}"#,
        ["data:", "expected the key \"test_labels\" too"]
      ),
      (#"{"train_images": "a", "train_labels": "b"}"#, ["data:", "either", "\"test_count\""]),
      (
        #"{"train_images": "a", "train_labels": "b", "test_images": "c", "test_labels": "d","#
          + #" "test_count": 3}"#, ["data.test_count", "got 3", "either"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "classes": 1}"#,
        ["data.classes", "got 1", "from 2"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "split": "even"}"#,
        ["data.split", "\"even\"", "stratified", "groups"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "split": "random","#
          + #" "groups": "g"}"#, ["data.split", "\"groups\"", "balanced by class"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "validation_count": 2,"#
          + #" "validation_images": "c", "validation_labels": "d"}"#,
        ["data.validation_count", "validation_images"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "test_count": 3, "validation_labels": "d"}"#,
        ["data:", "expected the key \"validation_images\" too"]
      ),
      (
        #"{"train_images": "a", "train_labels": "b", "validation_images": "c","#
          + #" "validation_labels": "d", "test_images": "e", "test_labels": "f", "groups": "g"}"#,
        ["data.groups", "nothing is divided"]
      ),
      (#"{"name": "fashion-mnist", "groups": "g"}"#, ["data.groups", "unknown key"]),
      (#"[]"#, ["data", "object"]),
      (#""fashion-mnist""#, ["data", "object"]),
    ])
  func strict(text: String, parts: [String]) throws {
    let study = try json(#"{"data": \#(text)}"#).members(of: "a study", known: ["data"])
    do {
      _ = try DatasetDefinition(study.required("data"))
      Issue.record("no error")
    } catch {
      #expect("\(error)".hasPrefix("study.json: "), "\(error)")
      for part in parts { #expect("\(error)".contains(part), "\(error)") }
    }
  }

  @Test(
    "the user's own files are split by class, the named data sets at random, unless they say so")
  func splitMethods() throws {
    func method(_ text: String) throws -> SplitMethod {
      try DatasetDefinition(json(text)).splitMethod
    }
    let own = #""train_images": "a", "train_labels": "b", "test_count": 1"#
    #expect(try method(#"{"name": "fashion-mnist"}"#) == .random)
    #expect(try method(#"{"cifar10": "x"}"#) == .random)
    #expect(try method(#"{"cifar10": "x", "split": "stratified"}"#) == .stratified)
    #expect(try method("{\(own)}") == .stratified)
    #expect(try method(#"{\#(own), "split": "random"}"#) == .random)
    #expect(try method(#"{\#(own), "groups": "g"}"#) == .grouped)
  }

  @Test("the named data sets know what their classes are called")
  func classNames() {
    #expect(DatasetDefinition.fashionMNIST.classNames?.count == 10)
    #expect(DatasetDefinition(source: .cifar10(folder: "c")).classNames?.last == "truck")
    let fine = DatasetDefinition(source: .cifar100(folder: "c")).classNames ?? []
    #expect(fine.count == 100 && Set(fine).count == 100 && fine == fine.sorted())
    let arrays = DatasetDefinition.Source.arrays(
      train: .init(images: "x", labels: "y"), test: nil, classes: 2)
    #expect(DatasetDefinition(source: arrays, testCount: 5).classNames == nil)
  }
}
