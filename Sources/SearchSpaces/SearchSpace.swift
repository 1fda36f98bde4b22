import NeuralNetworks
import RandomStreams

/// A finite space of student architectures, as a JSON file describes it.
///
/// A space is an ordered list of parameters, some of them with a meaning only for certain values of
/// earlier ones, and a blueprint that turns a choice of values into a network. The file format is
/// documented next to the files, in `SearchSpaces/README.md`.
public struct SearchSpace: Sendable {
  /// The name that the file gives the space.
  public let name: String
  /// The decisions, each after those that it depends on.
  public internal(set) var parameters: [Parameter]
  /// The file that the space was read from, as errors name it.
  public let file: String
  /// The graphs that the blueprint declares, those of its blocks first, otherwise in the order of
  /// the file; equal ones once.
  public let graphs: [DeclaredGraph]
  /// The images that networks are priced for where no data set says another size.
  public let images: TypicalImages
  /// Named architectures that the space's author would write down without a search, in the order of
  /// the file.
  public internal(set) var references: [Reference] = []
  /// Those that contradict a fixed decision.
  public internal(set) var excludedReferences: [ExcludedReference] = []
  /// The choices of the parameters that are not left open, by their indices.
  var fixedChoices: [Int: Int] = [:]
  /// The decisions of a training's recipe that a study has added, behind those of the architecture.
  public internal(set) var recipe = RecipeDecisions.none
  /// How an architecture becomes a network.
  let blueprint: Blueprint

  init(
    name: String, parameters: [Parameter], file: String, blueprint: Blueprint,
    images: TypicalImages
  ) {
    (self.name, self.parameters, self.file) = (name, parameters, file)
    self.images = images
    self.blueprint = blueprint
    graphs = blueprint.graphs
  }
}

/// What a space's networks look at and tell apart.
public struct TypicalImages: Hashable, Sendable {
  public var shape = TensorShape(height: 28, width: 28, channels: 1)
  public var classes = 10

  public init() {}

  public init(shape: TensorShape, classes: Int) { (self.shape, self.classes) = (shape, classes) }
}

extension SearchSpace {
  /// Returns the architecture with these choices, choices without a meaning set to 0 and fixed ones to what they
  /// are fixed to.
  ///
  /// - Parameter choices: For each parameter an index into its values.
  public func architecture(choices: [Int]) -> Architecture {
    precondition(
      choices.count == parameters.count,
      "\(name) has \(parameters.count) parameters, got \(choices.count) choices")
    var canonical = choices
    for (index, choice) in fixedChoices { canonical[index] = choice }
    let active = activity { index in canonical[index] }
    for (index, parameter) in parameters.enumerated() {
      precondition(
        parameter.values.indices.contains(choices[index]),
        "\(parameter.name) has \(parameter.values.count) values, got the index \(choices[index])")
      if !active[index] { canonical[index] = 0 }
    }
    return Architecture(canonicalChoices: canonical)
  }

  /// Returns whether a parameter has a meaning for an architecture.
  public func isActive(_ parameterIndex: Int, in architecture: Architecture) -> Bool {
    activity(of: architecture)[parameterIndex]
  }

  /// Returns name and value of the parameters that have a meaning for an architecture, in order.
  public func values(of architecture: Architecture) -> [(name: String, value: ParameterValue)] {
    let active = activity(of: architecture)
    return parameters.indices.filter { active[$0] }.map { index in
      (parameters[index].name, parameters[index].values[architecture.choices[index]])
    }
  }

  /// Returns for each parameter whether it has a meaning for an architecture.
  func activity(of architecture: Architecture) -> [Bool] {
    activity { index in architecture.choices[index] }
  }

  /// Returns for each parameter whether it is active, asking for the choice of the active ones
  /// only, each once and in order.
  func activity(choosing choice: (Int) -> Int) -> [Bool] {
    parameters[...].activity(choosing: choice)
  }
}

extension SearchSpace {
  /// Returns an architecture for which every active parameter that is not fixed is drawn uniformly from its values.
  public func randomArchitecture(using random: inout RandomStream) -> Architecture {
    architecture { index in random.integer(below: parameters[index].values.count) }
  }

  /// Returns the architecture at a point of the unit cube, for quasi-random designs.
  ///
  /// - Parameter atUnitPoint: One coordinate in [0, 1) per parameter; equal parts of the interval
  ///   stand for the parameter's values. The coordinate of an inactive parameter has no effect.
  public func architecture(atUnitPoint point: [Double]) -> Architecture {
    precondition(
      point.count == parameters.count,
      "\(name) has \(parameters.count) parameters, got \(point.count) coordinates")
    return architecture { index in
      precondition(
        (0..<1).contains(point[index]), "a coordinate must lie in [0, 1), got \(point[index])")
      let count = parameters[index].values.count
      return min(Int(point[index] * Double(count)), count - 1)
    }
  }

  /// Returns the architecture whose active parameters have the choices asked for, in order; a fixed one is not
  /// asked for.
  func architecture(choosing choice: (Int) -> Int) -> Architecture {
    var choices = Array(repeating: 0, count: parameters.count)
    _ = activity { index in
      choices[index] = fixedChoices[index] ?? choice(index)
      return choices[index]
    }
    return Architecture(canonicalChoices: choices)
  }
}
