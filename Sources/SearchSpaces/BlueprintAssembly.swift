import NeuralNetworks

extension SearchSpace {
  /// Returns the network that the blueprint makes of an architecture.
  ///
  /// - Parameters:
  ///   - input: The shape of one image.
  ///   - classes: The number of logits.
  /// - Throws: `SearchSpaceError.unbuildable` if a layer does not fit into the tensor it meets, or
  ///   the last one does not give one logit per class.
  public func network(
    for architecture: Architecture, input: TensorShape, classes: Int
  ) throws(SearchSpaceError) -> Network {
    let assembly = BlueprintAssembly(
      space: self, architecture: architecture, input: input, classes: classes)
    return try assembly.network()
  }

  /// Returns what a device has to do for an architecture's network, and what it may do for nothing.
  ///
  /// - Parameters:
  ///   - input: The shape of one image.
  ///   - classes: The number of logits.
  /// - Throws: `SearchSpaceError.unbuildable` as `network(for:input:classes:)` does.
  public func workload(
    of architecture: Architecture, input: TensorShape, classes: Int
  ) throws(SearchSpaceError) -> InferenceWorkload {
    let assembly = BlueprintAssembly(
      space: self, architecture: architecture, input: input, classes: classes,
      notesIdleKernels: true)
    let network = try assembly.network()
    return InferenceWorkload(
      network, idleKernels: assembly.idleKernels,
      origin: InferenceWorkload.Origin(space: name, key: networkKey(of: architecture)))
  }

  /// Builds networks in which every value of every parameter occurs, for the errors.
  ///
  /// Reading the file finds what is wrong for any data set; this finds what is wrong for one. The
  /// networks are those of the first and the last values, of graphs with all their edges, and of the
  /// neighbors of these.
  ///
  /// - Throws: `SearchSpaceError.unbuildable` as `network(for:input:classes:)` does.
  public func checkNetworks(input: TensorShape, classes: Int) throws(SearchSpaceError) {
    var corners = [
      architecture { _ in 0 }, architecture { index in parameters[index].values.count - 1 },
    ]
    // Only where no edge is missing is each of them sure to be built, with any of its operations.
    var presentChoices: [Int: Int] = [:]
    for edge in graphs.flatMap(\.edges) {
      presentChoices[edge.parameter] = edge.roles.firstIndex { $0 != .absent }
    }
    if !graphs.isEmpty { corners.append(architecture { index in presentChoices[index] ?? 0 }) }
    for corner in corners {
      for architecture in [corner] + neighbors(of: corner) {
        _ = try network(for: architecture, input: input, classes: classes)
      }
    }
  }
}

/// Walks through a blueprint for one architecture and appends layers.
///
/// A class, since formulas look names up in it thousands of times: a struct of this size would be
/// copied each time.
final class BlueprintAssembly {
  private typealias Local = Result<ParameterValue, Expression.Failure>

  private let space: SearchSpace
  let architecture: Architecture
  private let isActive: [Bool]
  private let classes: Int
  var builder: NetworkBuilder
  /// Whether `idleKernels` is wanted.
  let notesIdleKernels: Bool
  /// The kernels of edges on no path through their graph.
  var idleKernels: [InferenceKernel] = []
  private var locals: [Local] = []
  /// The elements that have been appended.
  private var elementCount = 0

  init(
    space: SearchSpace, architecture: Architecture, input: TensorShape, classes: Int,
    notesIdleKernels: Bool = false
  ) {
    (self.space, self.architecture, self.classes) = (space, architecture, classes)
    self.notesIdleKernels = notesIdleKernels
    isActive = space.activity(of: architecture)
    builder = NetworkBuilder(input: input)
  }

  func network() throws(SearchSpaceError) -> Network {
    try append(space.blueprint.elements)
    let path = space.blueprint.elements.last?.path ?? "blueprint"
    let channels = builder.currentShape.channels
    guard channels == classes else {
      throw unbuildable(path, "it ends with \(channels) logits for \(classes) classes")
    }
    do {
      return try builder.network()
    } catch {
      throw unbuildable(path, error.description)
    }
  }
}

extension BlueprintAssembly {
  func append(_ elements: [Blueprint.Element]) throws(SearchSpaceError) {
    for element in elements { try append(element) }
  }

  private func append(_ element: Blueprint.Element) throws(SearchSpaceError) {
    elementCount += 1
    guard elementCount <= SpaceLimits.mostElements else {
      throw unbuildable(
        element.path,
        "it consists of more than \(SpaceLimits.mostElements) elements, repetitions counted")
    }
    switch element.content {
    case .layer(let kind, let operands, let padding):
      var values: [ParameterValue] = []
      for operand in operands { values.append(try value(of: operand)) }
      try append(kind.layer(values, padding: padding), at: element.path)
    case .call(let block, let arguments):
      // An argument without a value here is an error only if the block's body asks for it.
      let callers = locals
      locals = arguments.map { argument in local(argument) }
      try append(space.blueprint.blocks[block].body)
      locals = callers
    case .repetition(let count, let body):
      for index in 0..<(try value(of: count).whole) {
        locals.append(.success(.integer(index)))
        try append(body.elements)
        locals.removeLast()
      }
    case .condition(let condition, let first, let second):
      let isTrue = try value(of: condition) == .flag(true)
      try append((isTrue ? first : second)?.elements ?? [])
    case .choice(let operand, let cases):
      let value = try value(of: operand)
      guard let chosen = cases.first(where: { .text($0.text) == value }) else {
        throw unbuildable(operand.expression.field.path, "there is no case \(value.json)")
      }
      try append(chosen.branch.elements)
    case .residual(let body, let projection, let activation):
      try appendResidual(body, projection, activation, at: element.path)
    case .graph(let graph):
      try append(graph, at: element.path)
    }
  }

  func append(_ layer: Layer, at path: String) throws(SearchSpaceError) {
    do {
      try builder.append(layer)
    } catch {
      throw unbuildable(path, error.description)
    }
  }

  private func appendResidual(
    _ body: [Blueprint.Element], _ projection: [Blueprint.Element]?,
    _ activation: Blueprint.Operand?, at path: String
  ) throws(SearchSpaceError) {
    // A formula's $channels means the tensor that enters the element, so it is evaluated first.
    let kind = try activation.map { operand throws(SearchSpaceError) in
      try value(of: operand).activation
    }
    let start = builder.current
    try append(body)
    let end = builder.current
    if end == start { return }
    if builder.currentShape == builder.shape(of: start) {
      try add(start, at: path)
    } else if let projection {
      builder.current = start
      try append(projection)
      try add(end, at: path)
    }
    if let kind { try append(.activation(kind), at: path) }
  }

  func add(_ node: Int, at path: String) throws(SearchSpaceError) {
    do {
      try builder.add(node)
    } catch {
      throw unbuildable(path, error.description)
    }
  }
}

extension BlueprintAssembly {
  private func value(of operand: Blueprint.Operand) throws(SearchSpaceError) -> ParameterValue {
    let field = operand.expression.field
    switch local(operand.expression) {
    case .success(let value) where operand.requirement.accepts(value):
      return value
    case .success(let value):
      throw unbuildable(
        field.path, "got \(value.json), expected \(operand.requirement.expectation)")
    case .failure(let failure):
      let field = failure.field ?? field
      throw unbuildable(field.path, "got \(field.value), expected \(failure.expectation)")
    }
  }

  private func local(_ expression: Expression) -> Local {
    do {
      let outcome = try expression.evaluate { reference throws(Expression.Failure) in
        .known(try value(of: reference))
      }
      guard case .known(let value) = outcome else {
        preconditionFailure("every name has a value when a network is built")
      }
      return .success(value)
    } catch {
      return .failure(
        Expression.Failure(error.expectation, in: error.field ?? expression.field))
    }
  }

  private func value(
    of reference: Expression.Reference
  ) throws(Expression.Failure) -> ParameterValue {
    switch reference {
    case .parameter(let index):
      guard isActive[index] else {
        throw .inactive(space.parameters[index].name)
      }
      return space.parameters[index].values[architecture.choices[index]]
    case .local(let index):
      return try locals[index].get()
    case .builtIn(.channels): return .integer(builder.currentShape.channels)
    case .builtIn(.height): return .integer(builder.currentShape.height)
    case .builtIn(.classes): return .integer(classes)
    }
  }

  func unbuildable(_ path: String, _ problem: String) -> SearchSpaceError {
    .unbuildable(
      file: space.file, field: path, key: space.key(of: architecture), problem: problem)
  }
}
