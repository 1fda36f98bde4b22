import DeployedModels
import FileFormats

extension Deployment {
  /// Reads the `deployment` section of a profile.
  init(
    _ field: JSONField, precision: MeasurementProtocol.Precision
  ) throws(JSONError) {
    let members = try field.members(
      of: "the deployment", known: ["arena", "flash", "operators"])
    guard precision != .fp16 else {
      throw field.expected("no deployment: models are int8 or fp32, and \"precision\" is fp16")
    }
    var operators: [OperatorRule]?
    if let field = members["operators"] {
      operators = []
      for element in try field.elements(of: "operators") {
        operators?.append(try OperatorRule(element))
      }
    }
    self.init(
      arena: try members["arena"].map { field throws(JSONError) in try ArenaRules(field) },
      flash: try members["flash"].map { field throws(JSONError) in try FlashRules(field) },
      operators: operators)
  }
}

extension ArenaRules {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "the rules of the arena", known: CodingKeys.allCases.map(\.rawValue))
    _ = try members.required("planner").choice(Planner.self)
    let pointers = try members.required(CodingKeys.pointerBytes.rawValue)
    guard [.integer(4), .integer(8)].contains(pointers.value) else {
      throw pointers.expected("4 or 8, the bytes of a pointer")
    }
    self.init(
      kernels: try members.required("kernels").choice(MicroRuntime.Kernels.self),
      pointerBytes: pointers.value == .integer(8) ? 8 : 4)
  }
}

extension FlashRules {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "what stands in flash", known: CodingKeys.allCases.map(\.rawValue))
    var operatorBytes: [String: Int] = [:]
    if let field = members[CodingKeys.operatorBytes.rawValue] {
      let names = DeployedOperator.Kind.operatorNames
      let sizes = try field.members(of: "the operators' code", known: names)
      for name in names {
        if let size = sizes[name] { operatorBytes[name] = try size.count(of: "bytes") }
      }
    }
    self.init(
      runtimeBytes: try members.required(CodingKeys.runtimeBytes.rawValue).count(of: "bytes"),
      operatorBytes: operatorBytes)
  }
}

extension OperatorRule {
  fileprivate init(_ field: JSONField) throws(JSONError) {
    let names = DeployedOperator.Kind.operatorNames
    if case .text(let name) = field.value {
      guard names.contains(name) else {
        throw field.expected("an operator of TensorFlow Lite: \(JSONError.list(names))")
      }
      self.init(name)
      return
    }
    let members = try field.members(
      of: "an operator, or its name alone", known: CodingKeys.allCases.map(\.rawValue))
    let nameField = try members.required("name")
    let name = try nameField.text("an operator of TensorFlow Lite")
    guard names.contains(name) else {
      throw nameField.expected("an operator of TensorFlow Lite: \(JSONError.list(names))")
    }
    func traits(_ key: CodingKeys) throws(JSONError) -> [OperatorTrait] {
      var traits: [OperatorTrait] = []
      guard let field = members[key.rawValue] else { return [] }
      for element in try field.elements(of: "traits") {
        traits.append(try element.choice(OperatorTrait.self))
      }
      return traits
    }
    self.init(
      name, with: try traits(.with), without: try traits(.without),
      nanosecondsPerValue: try members[CodingKeys.nanosecondsPerValue.rawValue]?
        .nonnegative(of: "nanoseconds") ?? 0)
  }
}
