import Operations
import Settings

/// All tools, in the order in which they are listed.
enum MCPTools {
  static let all: [MCPTool] = DXGLTools.all + JobTools.all + UploadTools.all
}

/// The nine tools of DX.GL, over its REST API.
enum DXGLTools {
  static let all: [MCPTool] = [
    ingest, listModels, getModel, createRender, createBatch, getRender, download, account, quote,
    tag,
  ]

  static let settingsSchema: JSONValue = {
    func schema(_ rule: DXGLRenderSettings.Rule) -> [(key: String, value: JSONValue)] {
      switch rule {
      case .choice(let names):
        [("type", "string"), ("enum", .array(names.map { .string($0) }))]
      case .whole(let range):
        [
          ("type", "integer"), ("minimum", .integer(range.lowerBound)),
          ("maximum", .integer(range.upperBound)),
        ]
      case .truth: [("type", "boolean")]
      case .color: [("type", "string"), ("pattern", "^#[0-9a-fA-F]{6}$")]
      case .identifier: [("type", "string"), ("minLength", 1), ("maxLength", 64)]
      }
    }
    return [
      "type": "object", "additionalProperties": false,
      "properties": .object(
        DXGLRenderSettings.fields.map { name, rule, fallback, help in
          (
            name,
            .object(
              schema(rule) + [("description", .string(help))]
                + (fallback.map { [("default", $0)] } ?? []))
          )
        }),
    ]
  }()

  private static let id = MCPTool.text("A model's id")
  private static let renderID = MCPTool.text("A render's id")
  private static let any: JSONValue = [:]
  private static let text: JSONValue = ["type": "string"]
  private static let whole: JSONValue = ["type": "integer"]
  private static let list: JSONValue = ["type": "array"]

  private static func picked(_ arguments: JSONValue, _ keys: [String]) -> JSONValue {
    .object(keys.compactMap { key in arguments[key].map { (key, $0) } })
  }

  private static let details: [(key: String, value: JSONValue)] = [
    ("title", MCPTool.text("What it is called")), ("sku", MCPTool.text("Its stock number")),
    ("tags", MCPTool.list(["type": "string"], "At most 20")),
  ]

  private static let ingest = MCPTool(
    "ingest_model", "Import a 3D model from a URL", .spends,
    input: [
      ("url", MCPTool.text("Where the GLB, glTF or ZIP is")), ("renderSettings", settingsSchema),
    ] + details, required: ["url"],
    output: [("modelId", text), ("renderId", text), ("duplicate", ["type": "boolean"])]
  ) { arguments, rest, _ in
    let answer = try await rest.ask(
      "POST", "/dxgl/v1/models/ingest", picked(arguments, ["url", "renderSettings"]),
      idempotencyKey: rest.key(arguments))
    let data = answer["data"] ?? .null
    let changes = picked(arguments, ["title", "sku", "tags"])
    if changes.object?.isEmpty == false {
      _ = try await rest.ask("PATCH", "/dxgl/v1/models/\(data["modelId"]?.string ?? "")", changes)
    }
    return (
      [
        "modelId": data["modelId"] ?? .null, "renderId": data["renderId"] ?? .null,
        "duplicate": data["duplicate"] ?? false,
      ], []
    )
  }

  private static let listModels = MCPTool(
    "list_models", "List models with tag and pagination filters", .reads,
    input: [
      ("tags", MCPTool.list(["type": "string"], "Models that have any of these"))
    ] + MCPTool.page, output: [("models", list), ("total", whole)]
  ) { arguments, rest, _ in
    let tags = (arguments["tags"]?.array ?? []).compactMap(\.string).joined(separator: ",")
    let answer = try await rest.ask(
      "GET", "/dxgl/v1/models",
      query: MCPTool.page(arguments) + (tags.isEmpty ? [] : [("tags", tags)]))
    return (["models": answer["data"] ?? [], "total": answer["meta"]?["total"] ?? 0], [])
  }

  private static let getModel = MCPTool(
    "get_model", "Get model details and all its renders", .reads, input: [("modelId", id)],
    required: ["modelId"], output: [("modelId", text), ("renders", list)]
  ) { arguments, rest, _ in
    let answer = try await rest.ask("GET", "/dxgl/v1/models/" + MCPTool.path(arguments["modelId"]))
    return (answer["data"] ?? .null, [])
  }

  private static let createRender = MCPTool(
    "create_render", "Create a single render (video or dataset)", .spends,
    input: [("modelId", id), ("renderSettings", settingsSchema)],
    required: ["modelId", "renderSettings"], output: [("renderId", text), ("credits", whole)]
  ) { arguments, rest, _ in
    let answer = try await rest.ask(
      "POST", "/dxgl/v1/renders", picked(arguments, ["modelId", "renderSettings"]),
      idempotencyKey: rest.key(arguments))
    let price = try DXGLRenderSettings(arguments["renderSettings"])
      .price(rest.dispatch.core.prices)
    return (["renderId": answer["data"]?["renderId"] ?? .null, "credits": .integer(price)], [])
  }

  private static let orders = MCPTool.list(
    [
      "type": "object",
      "properties": ["modelId": ["type": "string"], "renderSettings": settingsSchema],
    ], "At most 100")

  private static let createBatch = MCPTool(
    "create_batch_renders", "Create multiple renders atomically (max 100)", .spends,
    input: [("renders", orders)], required: ["renders"],
    output: [("renders", list), ("creditsCharged", whole)]
  ) { arguments, rest, _ in
    let answer = try await rest.ask(
      "POST", "/dxgl/v1/renders/batch", picked(arguments, ["renders"]),
      idempotencyKey: rest.key(arguments))
    return (answer["data"] ?? .null, [])
  }

  private static let getRender = MCPTool(
    "get_render", "Check render status (poll until done)", .reads,
    input: [
      ("renderId", renderID),
      ("waitSeconds", MCPTool.whole(0...50, "Answer when the render has ended, or after so long")),
    ], required: ["renderId"],
    output: [("status", text), ("progress", whole), ("assets", ["type": "object"])]
  ) { arguments, rest, progress in
    let value = try await JobTools.follow(arguments["waitSeconds"]?.int ?? 0, progress) {
      let answer = try await rest.ask(
        "GET", "/dxgl/v1/renders/" + MCPTool.path(arguments["renderId"]))
      let data = answer["data"] ?? .null
      let status = data["status"]?.string ?? ""
      return (data, status, data["progress"]?.int ?? 0, ["done", "error"].contains(status))
    }
    return (value, [])
  }

  private static let assets = ["video", "web", "poster", "thumb", "bundle", "dataset"]

  private static let download = MCPTool(
    "download_render", "Get download URL for a completed render", .reads,
    input: [
      ("renderId", renderID),
      ("asset", ["type": "string", "enum": .array(assets.map { .string($0) })]),
    ], required: ["renderId", "asset"],
    output: [("url", text), ("bytes", whole), ("sha256", text), ("mediaType", text)]
  ) { arguments, rest, _ in
    let asset = arguments["asset"]?.string ?? ""
    guard assets.contains(asset) else {
      throw MCPProblem(code: "invalid_request", "asset is one of \(assets.joined(separator: ", "))")
    }
    let output = try rest.output(
      MCPTool.path(arguments["renderId"]), asset == "web" ? "video_web" : asset)
    let core = rest.dispatch.core
    let url = JSONValue.string("\(core.publicURL)/files/\(core.links.token(output, seconds: 3600))")
    return (
      [
        "url": url, "bytes": .integer(output.bytes), "sha256": .string(output.blob),
        "mediaType": .string(output.mediaType),
      ],
      [
        [
          "type": "resource_link", "uri": url, "name": .string(output.name),
          "mimeType": .string(output.mediaType),
        ]
      ]
    )
  }

  private static let account = MCPTool(
    "get_account", "Check credit balance", .reads, output: [("credits", whole)]
  ) { _, rest, _ in (try await rest.ask("GET", "/dxgl/v1/account")["data"] ?? .null, []) }

  private static let quote = MCPTool(
    "quote", "Estimate credit cost before committing", .reads, input: [("renders", orders)],
    required: ["renders"],
    output: [
      ("creditsRequired", whole), ("creditsAvailable", whole),
      ("sufficient", ["type": "boolean"]), ("items", list),
    ]
  ) { arguments, rest, _ in
    let answer = try await rest.ask("POST", "/dxgl/v1/quote", picked(arguments, ["renders"]))
    return (answer["data"] ?? .null, [])
  }

  private static let tag = MCPTool(
    "tag_model", "Change a model's title, SKU or tags", .changes,
    input: [("modelId", id)] + details, required: ["modelId"], output: [("modelId", text)]
  ) { arguments, rest, _ in
    let answer = try await rest.ask(
      "PATCH", "/dxgl/v1/models/" + MCPTool.path(arguments["modelId"]),
      picked(arguments, ["title", "sku", "tags"]))
    return (answer["data"] ?? .null, [])
  }
}

extension MCPRest {
  /// A file of a render of the caller's.
  func output(_ render: String, _ role: String) throws -> Job.Output {
    do {
      return try dispatch.core.store.read { database in
        try DXGLRenders.output(
          role, try DXGLRenders.find(render, principal.account, database), database)
      }
    } catch let problem as ServiceProblem {
      throw MCPProblem(code: DXGLWire.code(problem.kind).code, problem.message)
    }
  }
}
