import Operations
import Settings

/// Tools over the native jobs: a tool a verb, and those that follow.
enum JobTools {
  private static let verbs: [(tool: String, verb: String)] = [
    ("convert_model", "convert"), ("repair_model", "repair"), ("remesh_model", "remesh"),
    ("decimate_model", "decimate"), ("hollow_model", "hollow"), ("optimize_model", "optimize"),
    ("print_model", "print"), ("inspect_model", "inspect"), ("compare_models", "compare"),
  ]

  static let all: [MCPTool] =
    verbs.compactMap { tool, verb in
      Catalogue.verb(named: verb).map { made(tool, $0) }
    } + [getJob, cancelJob, listJobs]

  static let jobOutput: [(key: String, value: JSONValue)] = [
    ("jobId", ["type": "string"]), ("state", ["type": "string"]),
    ("progress", ["type": "integer"]), ("outputs", ["type": "array"]),
  ]

  /// A verb on models. Its options are the command line's.
  private static func made(_ name: String, _ verb: AnyVerb) -> MCPTool {
    let options = JSONValue.object([
      ("type", "object"), ("additionalProperties", false),
      (
        "properties",
        .object(NativeJobs.options(of: verb).map { ($0.key, $0.schema) })
      ),
    ])
    let formats = NativeJobs.formats[verb.name] ?? []
    var input: [(key: String, value: JSONValue)] = [
      ("modelIds", MCPTool.list(["type": "string"], "Models to work on: \(verb.usage)")),
      ("options", options),
      ("waitSeconds", MCPTool.whole(0...50, "Answer when the job has ended, or after so long")),
    ]
    if !formats.isEmpty {
      input.append(("format", ["type": "string", "enum": .array(formats.map { .string($0) })]))
    }
    return MCPTool(
      name, verb.summary, .spends, input: input, required: ["modelIds"], output: jobOutput
    ) { arguments, rest, progress in
      var order: [(key: String, value: JSONValue)] = [
        ("kind", .string(verb.name)), ("inputs", arguments["modelIds"] ?? []),
        ("params", arguments["options"] ?? .object([])),
      ]
      if let format = arguments["format"] { order.append(("format", format)) }
      let job = try await rest.ask(
        "POST", "/maq/maquette/v1/jobs", .object(order),
        idempotencyKey: rest.key(arguments))
      let value = try await followJob(
        job["jobId"], arguments["waitSeconds"]?.int ?? 0, rest, progress)
      return (value, [])
    }
  }

  static func followJob(
    _ id: JSONValue?, _ seconds: Int, _ rest: MCPRest, _ progress: MCPTool.Progress
  ) async throws -> JSONValue {
    try await follow(seconds, progress) {
      let job = try await rest.ask("GET", "/maq/maquette/v1/jobs/" + MCPTool.path(id))
      let state = job["state"]?.string ?? ""
      return (job, state, job["progress"]?.int ?? 0, !["queued", "running"].contains(state))
    }
  }

  /// Asks until it is over or the time is, telling how far it is.
  static func follow(
    _ seconds: Int, _ progress: MCPTool.Progress,
    _ look: () async throws -> (value: JSONValue, state: String, percent: Int, isOver: Bool)
  ) async throws -> JSONValue {
    let deadline = ContinuousClock.now + .seconds(seconds)
    var told = -1
    while true {
      let (value, state, percent, isOver) = try await look()
      if percent > told {
        told = percent
        progress(Double(percent) / 100, state)
      }
      if isOver || ContinuousClock.now >= deadline || Task.isCancelled { return value }
      try await Task.sleep(for: .milliseconds(200))
    }
  }

  private static let getJob = MCPTool(
    "get_job", "How far a job is, its result and its files", .reads,
    input: [
      ("jobId", MCPTool.text("A job's id")),
      ("waitSeconds", MCPTool.whole(0...50, "Answer when the job has ended, or after so long")),
    ], required: ["jobId"], output: jobOutput
  ) { arguments, rest, progress in
    let value = try await followJob(
      arguments["jobId"], arguments["waitSeconds"]?.int ?? 0, rest, progress)
    return (value, [])
  }

  private static let cancelJob = MCPTool(
    "cancel_job", "Cancel a job that waits or runs", .changes,
    input: [("jobId", MCPTool.text("A job's id"))], required: ["jobId"], output: jobOutput
  ) { arguments, rest, progress in
    let id = arguments["jobId"]
    _ = try await rest.ask("DELETE", "/maq/maquette/v1/jobs/" + MCPTool.path(id))
    return (try await followJob(id, 0, rest, progress), [])
  }

  private static let listJobs = MCPTool(
    "list_jobs", "List jobs, the newest first", .reads,
    input: MCPTool.page, output: [("jobs", ["type": "array"]), ("total", ["type": "integer"])]
  ) { arguments, rest, _ in
    (
      try await rest.ask("GET", "/maq/maquette/v1/jobs", query: MCPTool.page(arguments)), []
    )
  }
}
