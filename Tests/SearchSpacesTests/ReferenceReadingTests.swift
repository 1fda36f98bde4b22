import FileFormats
import Foundation
import NeuralNetworks
import Testing

@testable import SearchSpaces

/// A space of a depth, a kernel that depends on it and a width, with these reference designs.
private func space(_ references: String) throws(JSONError) -> SearchSpace {
  try readSpace(
    file: """
      {"format": "autodistill-search-space/1", "name": "test", "parameters": [
         {"name": "depth", "values": [0, 1]},
         {"name": "kernel", "values": [3, 5], "when": {"depth": 1}},
         {"name": "width", "values": [8, 16]}],
       "blueprint": [
         {"repeat": {"count": "$depth", "body": [
           {"layer": "depthwise_convolution", "kernel": "$kernel"}]}},
         {"layer": "convolution", "kernel": 1, "channels": "$width"},
         {"layer": "global_average_pool"}, {"layer": "dense", "channels": "$classes"}],
       "references": \(references)}
      """)
}

@Suite("the reference designs of a space")
struct ReferenceReadingTests {
  @Test("are read by key and by the values of the active parameters, in the order of the file")
  func reads() throws {
    let space = try space(
      """
      [{"name": "large", "description": "A large one.", "key": "111"},
       {"name": "by values", "values": {"width": 16, "depth": 1, "kernel": 3}},
       {"name": "small", "values": {"depth": 0, "width": 8}}]
      """)
    #expect(space.references.map(\.name) == ["large", "by values", "small"])
    #expect(space.references.map { space.key(of: $0.architecture) } == ["111", "101", "000"])
    #expect(space.references.map(\.description) == ["A large one.", nil, nil])
    #expect(space.reference(named: "small") == space.references[2])
    #expect(space.reference(named: "000") == nil)
    #expect(space.key(ofNameOrKey: "by values") == "101" && space.key(ofNameOrKey: "111") == "111")
    #expect(try readSpace().references.isEmpty)
  }

  @Test(
    "are refused where one is not as documented, naming field, value and what was expected",
    arguments: [
      ("{}", "references: got an empty object, expected an array of reference designs"),
      ("[3]", "references[0]: got 3, expected an object that describes a reference design"),
      (#"[{"key": "000"}]"#, #"references[0]: got an object with "key", expected the key "name""#),
      (#"[{"name": "", "key": "000"}]"#, #"references[0].name: got "", expected the name of the"#),
      (
        #"[{"name": "a", "keys": "000"}]"#,
        #"references[0].keys: got an unknown key, expected one of "name", "description", "key""#
      ),
      (
        #"[{"name": "a"}]"#,
        #"references[0]: got an object with "name", expected either the key "key" or the key "#
      ),
      (
        #"[{"name": "a", "key": "000", "values": {}}]"#, #"expected either the key "key" or the"#
      ),
      (
        #"[{"name": "a", "key": "00"}]"#,
        #"references[0].key: got "00", expected a key of the space: "#
      ),
      (#"[{"name": "a", "key": "010"}]"#, "kernel is inactive here, so its digit must be 0"),
      (
        #"[{"name": "a", "key": "000"}, {"name": "a", "key": "001"}]"#,
        #"references[1].name: got "a", expected a name of its own; references[0] has this one"#
      ),
      (
        #"[{"name": "a", "key": "000"}, {"name": "b", "values": {"depth": 0, "width": 8}}]"#,
        #"references[1]: got an object with "name", "values", expected an architecture of its own;"#
      ),
      (
        #"[{"name": "000", "key": "001"}]"#,
        #"references[0].name: got "000", expected a name that is no key of the space"#
      ),
      (
        #"[{"name": "a", "values": {"depth": 0, "widht": 8}}]"#,
        #"references[0].values.widht: got an unknown parameter, expected one of "depth", "kernel""#
      ),
      (
        #"[{"name": "a", "values": {"depth": 0, "width": 9}}]"#,
        #"references[0].values.width: got 9, expected one of the values of "width": 8, 16"#
      ),
      (
        #"[{"name": "a", "values": {"depth": 0, "width": "8"}}]"#,
        #"references[0].values.width: got "8", expected one of the values of "width": 8, 16"#
      ),
      (
        #"[{"name": "a", "values": {"depth": 1, "width": 8}}]"#,
        #"references[0].values: got an object with "depth", "width", expected a value for "kernel""#
      ),
      (
        #"[{"name": "a", "values": {"depth": 0, "kernel": 3, "width": 8}}]"#,
        #"references[0].values.kernel: got 3, expected no value: "kernel" has no meaning here"#
      ),
      (
        #"[{"name": "a", "key": "000", "description": 7}]"#,
        "references[0].description: got 7, expected what the design is, in words"
      ),
    ])
  func refuses(references: String, part: String) {
    let problem = problem { () throws(JSONError) in try space(references) }
    #expect(problem?.contains(part) == true, "\(problem ?? "none")")
  }
}

@Suite("the shipped reference designs")
struct ShippedReferencesTests {
  @Test(
    "are as many as a ladder has, and each of them is a network of its own",
    arguments: [
      ("mobile-cnn", 10), ("quick-mobile", 7), ("plain-residual", 4), ("nas-bench-201", 1),
      ("fbnet", 2),
    ])
  func networks(name: String, count: Int) throws {
    let space = try shippedSpace(name)
    #expect(space.references.count == count)
    #expect(space.references.allSatisfy { $0.description != nil })
    for reference in space.references {
      let network = try space.network(
        for: reference.architecture, input: space.images.shape, classes: space.images.classes)
      #expect(network.outputShape == TensorShape(channels: space.images.classes))
    }
    #expect(Set(space.references.map(\.architecture)).count == count)
  }

  @Test("of mobile-cnn are called by the width, stride and kernel that they have")
  func names() throws {
    let space = try shippedSpace("mobile-cnn")
    for reference in space.references.prefix(8) {
      let values = Dictionary(
        space.values(of: reference.architecture), uniquingKeysWith: { first, _ in first })
      let name = ["stem_width", "stem_stride", "stage3_kernel"].compactMap { values[$0] }
      #expect(reference.name == "w\(name[0])-s\(name[1])-k\(name[2])")
      let isLate = values["stage3_kernel"] == .integer(5)
      #expect(values["stage4_se"] == .flag(isLate))
      #expect(values["activation"] == .text(isLate ? "hard_swish" : "relu6"))
    }
  }

  @Test("climb in MACs with their width and their depth")
  func ladders() throws {
    func macs(_ names: [String], of space: String) throws -> [Int] {
      let space = try shippedSpace(space)
      return try names.map { name in
        let reference = try #require(space.reference(named: name))
        return NetworkCosts(
          try space.network(for: reference.architecture, input: fashionShape, classes: 10)
        ).macs
      }
    }
    for (space, names) in [
      ("mobile-cnn", ["w8-s2-k3", "w12-s2-k3", "w16-s2-k3", "mobilenet-v2-like"]),
      ("mobile-cnn", ["w8-s2-k5", "w12-s2-k5", "w16-s2-k5", "mobilenet-v3-like"]),
      ("quick-mobile", ["w8-d1", "w8-d2", "w12-d2", "w16-d2"]),
      ("plain-residual", ["resnet-8-half", "resnet-8", "resnet-14", "resnet-20"]),
    ] {
      let macs = try macs(names, of: space)
      #expect(macs == macs.sorted() && Set(macs).count == names.count, "\(macs)")
    }
  }
}
