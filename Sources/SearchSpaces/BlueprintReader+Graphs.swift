import FileFormats

extension BlueprintReader {
  /// The greatest number of a node.
  private static let lastNode = 99

  mutating func graph(_ field: JSONField) throws(JSONError) -> Blueprint.Graph {
    let inner = try field.members(of: "a graph", known: ["graph"]).required("graph")
    let members = try inner.members(of: "a graph", known: ["operations", "edges"])
    let operationsField = try members.required("operations")
    let edgesField = try members.required("edges")
    let (operations, bodies) = try operations(operationsField)
    var edges: [Blueprint.Graph.Edge] = []
    var declared: [DeclaredGraph.Edge] = []
    for field in try edgesField.elements(of: "edges") {
      let (edge, choice) = try edge(field, operations: operations)
      if let twin = declared.firstIndex(where: { $0.from == edge.from && $0.to == edge.to }) {
        throw .invalid(
          file: field.file, field: field.path,
          value: "a second edge from node \(edge.from) to node \(edge.to)",
          expected: "at most one between two nodes, and edges[\(twin)] is there already")
      }
      declared.append(edge)
      edges.append(Blueprint.Graph.Edge(path: field.path, choice: choice))
    }
    let nodeCount = try nodeCount(declared, edgesField)
    try checkUse(of: operations, by: declared, operationsField)
    return Blueprint.Graph(
      declared: DeclaredGraph(
        nodeCount: nodeCount, edges: declared,
        operationNames: operations.filter { !$0.branch.elements.isEmpty }.map(\.name)),
      edges: edges, operations: operations, bodies: bodies)
  }

  private mutating func operations(
    _ field: JSONField
  ) throws(JSONError) -> (operations: [Blueprint.Graph.Operation], bodies: [[Element]]) {
    var operations: [Blueprint.Graph.Operation] = []
    var bodies: [[Element]] = []
    for (name, field) in try field.object("the operations") {
      let role: DeclaredGraph.Role
      var branch = Branch(path: field.path, elements: [])
      switch field.value {
      case .text("none"): role = .absent
      case .array([]): role = .identity
      case .array:
        role = .operation(bodies.count)
        branch = try self.branch(field)
        bodies.append(branch.elements)
      default:
        throw field.expected("\"none\" for no edge, [] for the tensor as it is, or elements")
      }
      operations.append(Blueprint.Graph.Operation(name: name, role: role, branch: branch))
    }
    return (operations, bodies)
  }

  private mutating func edge(
    _ field: JSONField, operations: [Blueprint.Graph.Operation]
  ) throws(JSONError) -> (DeclaredGraph.Edge, Operand) {
    let members = try field.members(of: "an edge", known: ["from", "to", "operation"])
    let from = try members.required("from").integer(in: 0...Self.lastNode - 1)
    let toField = try members.required("to")
    guard case .integer(let to) = toField.value, from < to, to <= Self.lastNode else {
      throw toField.expected(
        "a node from \(from + 1) to \(Self.lastNode): edges lead to later nodes")
    }
    let operation = try members.required("operation")
    let expression = try expression(operation)
    guard case .reference(.parameter(let index)) = expression.root else {
      throw operation.expected("the parameter that chooses the operation, as \"$name\"")
    }
    let roles = try roles(of: index, operation, operations: operations)
    return (
      DeclaredGraph.Edge(from: from, to: to, parameter: index, roles: roles),
      Operand(expression: expression, requirement: .text)
    )
  }

  /// Returns what each value of a parameter means on an edge.
  private func roles(
    of index: Int, _ field: JSONField, operations: [Blueprint.Graph.Operation]
  ) throws(JSONError) -> [DeclaredGraph.Role] {
    let parameter = parameters[index]
    guard parameter.scale == .categorical, parameter.values.allSatisfy({ $0.kind == .text }) else {
      throw field.expected("a categorical parameter whose values are texts")
    }
    var roles: [DeclaredGraph.Role] = []
    for value in parameter.values {
      guard let operation = operations.first(where: { .text($0.name) == value }) else {
        throw .invalid(
          file: field.file, field: field.path, value: "\(field.value) with the value \(value.json)",
          expected: "values that all are operations: \(JSONError.list(operations.map(\.name)))")
      }
      roles.append(operation.role)
    }
    return roles
  }

  /// Returns the number of nodes.
  ///
  /// - Throws: `JSONError.invalid` if a node has no edge into it or out of it.
  private func nodeCount(
    _ edges: [DeclaredGraph.Edge], _ field: JSONField
  ) throws(JSONError) -> Int {
    guard let last = edges.map(\.to).max() else { throw field.expected("at least one edge") }
    func missing(_ value: String, expected: String) -> JSONError {
      .invalid(file: field.file, field: field.path, value: value, expected: expected)
    }
    for node in 0...last {
      if node > 0, !edges.contains(where: { $0.to == node }) {
        throw missing(
          "no edge to node \(node)", expected: "one to every node from 1 to the last, \(last)")
      }
      if node < last, !edges.contains(where: { $0.from == node }) {
        throw missing(
          "no edge from node \(node)", expected: "one from every node before the last, \(last)")
      }
    }
    return last + 1
  }

  private func checkUse(
    of operations: [Blueprint.Graph.Operation], by edges: [DeclaredGraph.Edge], _ field: JSONField
  ) throws(JSONError) {
    let values = edges.flatMap { parameters[$0.parameter].values }
    guard let unused = operations.first(where: { !values.contains(.text($0.name)) }) else { return }
    throw .invalid(
      file: field.file, field: unused.branch.path, value: "an operation that no edge can have",
      expected: "a value of a parameter on one of the edges, or no such operation")
  }
}
