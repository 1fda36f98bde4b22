import FileFormats
import NeuralNetworks

/// Reads elements; knows the names that have a meaning where it is reading.
struct BlueprintReader {
  typealias Element = Blueprint.Element
  typealias Operand = Blueprint.Operand
  typealias Branch = Blueprint.Branch

  let parameters: [Parameter]
  /// What layers have that say nothing of their own.
  let padding: Padding
  private(set) var blocks: [Blueprint.Block] = []
  private(set) var calledBlocks: Set<Int> = []
  private(set) var usedParameters: Set<Int> = []
  /// The arguments of the block and the indices of the repetitions around the place of reading.
  private var locals: [String] = []
  private var usedLocals: Set<Int> = []

  init(parameters: [Parameter], padding: Padding) {
    (self.parameters, self.padding) = (parameters, padding)
  }

  mutating func readBlock(_ name: String, _ field: JSONField) throws(JSONError) {
    guard isIdentifier(name) else {
      throw .invalid(
        file: field.file, field: field.path, value: "\"\(name)\"",
        expected: "a block's name of lower-case letters, digits and '_', a letter first")
    }
    let members = try field.members(of: "a block", known: ["arguments", "body"])
    let arguments = try members["arguments"]?.elements(of: "names") ?? []
    for argument in arguments { try declare(argument) }
    let body = try elements(try members.required("body"))
    for (index, argument) in arguments.enumerated() where !usedLocals.contains(index) {
      throw argument.expected("an argument that the body uses")
    }
    blocks.append(Blueprint.Block(name: name, arguments: locals, body: body))
    locals = []
    usedLocals = []
  }

  /// Gives a meaning to the name that `field` holds.
  private mutating func declare(_ field: JSONField) throws(JSONError) {
    let name = try field.identifier()
    guard resolve(name) == nil else {
      throw field.expected("a name that has no meaning here yet")
    }
    locals.append(name)
  }

  private func resolve(_ name: String) -> Expression.Reference? {
    if let index = locals.firstIndex(of: name) { return .local(index) }
    if let index = parameters.firstIndex(where: { $0.name == name }) { return .parameter(index) }
    return BuiltIn(rawValue: name).map { .builtIn($0) }
  }
}

extension BlueprintReader {
  mutating func elements(_ field: JSONField) throws(JSONError) -> [Element] {
    var elements: [Element] = []
    for element in try field.elements(of: "elements") { elements.append(try self.element(element)) }
    guard !elements.isEmpty else { throw field.expected("at least one element") }
    return elements
  }

  private mutating func element(_ field: JSONField) throws(JSONError) -> Element {
    let members = try field.object("an element")
    let content: Blueprint.Content
    switch members.map(\.name).first(where: elementKeys.contains) {
    case "layer": content = try layer(field)
    case "block": content = try call(field)
    case "repeat": content = try repetition(field)
    case "if": content = try condition(field)
    case "choose": content = try choice(field)
    case "residual": content = try residual(field)
    case "graph": content = .graph(try graph(field))
    default:
      throw field.expected(
        "an element: an object with one of the keys \(JSONError.list(elementKeys))")
    }
    return Element(path: field.path, content: content)
  }

  private mutating func layer(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    // The kind says which other keys are known, so it is read before those are checked.
    let kindField = try field.object("a layer").first { $0.name == "layer" }?.field ?? field
    let kind = try kindField.choice(LayerKind.self)
    // A name is a field whatever the padding.
    let names = kind.fields(padding).map(\.name) + (kind.hasWindow ? ["padding"] : [])
    let members = try field.members(of: "a layer", known: ["layer"] + names)
    let padding = try members["padding"]?.choice(Padding.self) ?? padding
    if let width = members["kernel_width"], members["groups"] != nil {
      throw width.expected("either \"kernel_width\" or \"groups\"; groups have square windows")
    }
    let rules = kind.fields(padding)
    var operands: [Operand] = []
    for rule in rules {
      switch (members[rule.name], rule.standard) {
      case (nil, .value(let value)):
        let expression = Expression(root: .literal(value), field: kindField)
        operands.append(Operand(expression: expression, requirement: rule.requirement))
      case (nil, .field(let name)):
        operands.append(operands[rules.firstIndex { $0.name == name }!])
      case (_, _):
        operands.append(try operand(try members.required(rule.name), rule.requirement))
      }
    }
    return .layer(kind, operands, padding)
  }

  private mutating func call(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    let members = try field.members(of: "a call of a block", known: ["block", "with"])
    let nameField = try members.required("block")
    guard case .text(let name) = nameField.value,
      let index = blocks.firstIndex(where: { $0.name == name })
    else {
      throw nameField.expected(
        blocks.isEmpty
          ? "no call, since no block stands before this place"
          : "one of the blocks before this place: \(JSONError.list(blocks.map(\.name)))")
    }
    calledBlocks.insert(index)
    let names = blocks[index].arguments
    guard let argumentsField = members["with"] else {
      guard names.isEmpty else { throw field.expected("the key \"with\" too") }
      return .call(index, [])
    }
    let arguments = try argumentsField.members(of: "the arguments of \(name)", known: names)
    var expressions: [Expression] = []
    for name in names { expressions.append(try expression(try arguments.required(name))) }
    return .call(index, expressions)
  }

  private mutating func repetition(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    let inner = try field.members(of: "a repetition", known: ["repeat"]).required("repeat")
    let members = try inner.members(of: "a repetition", known: ["count", "index", "body"])
    let count = try operand(try members.required("count"), .repetitions)
    let local = locals.count
    // The index takes its place among the locals even without a name; no name can spell "".
    if let index = members["index"] { try declare(index) } else { locals.append("") }
    let body = try branch(try members.required("body"))
    if let index = members["index"], !usedLocals.contains(local) {
      throw index.expected("an index that the body uses, or no index")
    }
    locals.removeLast()
    usedLocals.remove(local)
    return .repetition(count: count, body)
  }

  private mutating func condition(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    let members = try field.members(of: "a condition", known: ["if", "then", "else"])
    let condition = try operand(try members.required("if"), .flag)
    let first = try branch(try members.required("then"))
    guard let second = members["else"] else {
      return .condition(condition, then: first, else: nil)
    }
    return .condition(condition, then: first, else: try branch(second))
  }

  private mutating func choice(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    let members = try field.members(of: "a choice", known: ["choose", "cases"])
    let operand = try operand(try members.required("choose"), .text)
    var cases: [(text: String, branch: Branch)] = []
    let casesField = try members.required("cases")
    for (text, field) in try casesField.object("the cases") {
      // A case may be empty: the choice is then to do nothing.
      if field.value == .array([]) {
        cases.append((text, Branch(path: field.path, elements: [])))
      } else {
        cases.append((text, try branch(field)))
      }
    }
    guard !cases.isEmpty else { throw casesField.expected("at least one case") }
    return .choice(operand, cases)
  }

  private mutating func residual(_ field: JSONField) throws(JSONError) -> Blueprint.Content {
    let inner = try field.members(of: "a residual", known: ["residual"]).required("residual")
    let members = try inner.members(of: "a residual", known: ["body", "shortcut", "activation"])
    let body = try elements(try members.required("body"))
    let shortcut = try members.required("shortcut")
    var projection: [Element]?
    if case .array = shortcut.value {
      projection = try elements(shortcut)
    } else if shortcut.value != .text("none") {
      throw shortcut.expected("\"none\", or the elements of a projection")
    }
    var activation: Operand?
    if let field = members["activation"] { activation = try operand(field, .activation) }
    return .residual(body: body, projection: projection, activation: activation)
  }

  mutating func branch(_ field: JSONField) throws(JSONError) -> Branch {
    Branch(path: field.path, elements: try elements(field))
  }
}

extension BlueprintReader {
  private mutating func operand(
    _ field: JSONField, _ requirement: Requirement
  ) throws(JSONError) -> Operand {
    Operand(expression: try expression(field), requirement: requirement)
  }

  /// Reads a value: a text with a `$` is a formula, every other scalar stands for itself.
  mutating func expression(_ field: JSONField) throws(JSONError) -> Expression {
    guard let value = ParameterValue(field.value) else {
      throw field.expected("a number, a text, true, false or a formula")
    }
    guard case .text(let text) = value, text.contains("$") else {
      return Expression(root: .literal(value), field: field)
    }
    let root: Expression.Term
    do {
      root = try ExpressionParser.parse(text, resolve: resolve)
    } catch {
      throw field.expected(error.expectation)
    }
    let expression = Expression(root: root, field: field)
    for reference in expression.references {
      switch reference {
      case .parameter(let index): usedParameters.insert(index)
      case .local(let index): usedLocals.insert(index)
      case .builtIn: break
      }
    }
    return expression
  }
}

private let elementKeys = ["layer", "block", "repeat", "if", "choose", "residual", "graph"]
