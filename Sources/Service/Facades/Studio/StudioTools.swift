import Settings

/// Tools: a model in, a model, pictures or numbers out.
enum StudioTools {
  static let url = ("model_url", JSONSchema.text(1...4096))
  static let file = ("model_file", JSONSchema.text)
  private static let formats = [
    "glb", "obj", "obj_zip", "stl", "ply", "fbx", "fbx_zip", "usdz", "3mf",
  ]
  private static let units = ["mm", "cm", "m", "in"]
  private static let format = ("output_format", JSONSchema.choice(formats))
  private static let unit = ("unit", JSONSchema.choice(units))

  static let all: [StudioOperation] = [
    convert, repair, optimize, StudioRender.render, bake, volume, removeBackground, enhance,
    topology,
    convertModel, segmentation, texture, pictures,
  ]

  static func price(_ name: String, _ body: StudioBody) -> Int {
    body.core.prices.price(Studio.dialect, name)
  }

  static func plan(
    _ model: ModelSource.Model, _ steps: [JobPlan.Step], keep: [(name: String, role: String)]
  ) -> JobPlan {
    JobPlan(inputs: [(input(model), model.blob)], steps: steps, keep: keep)
  }

  static func input(_ model: ModelSource.Model) -> String { "input.\(model.format)" }

  // MARK: Formats

  /// How a format's file is called, and what `convert` must be told for it.
  private static func target(
    _ format: String
  ) throws -> (name: String, settings: [(key: String, value: JSONValue)]) {
    switch format {
    // Geometry alone.
    case "obj": ("model.obj", [("merge", true)])
    case "obj_zip": ("model.zip", [])
    case "fbx_zip":
      throw ServiceProblem(
        .unavailable("format"), "FBX with its textures in a ZIP is not written; ask for fbx",
        field: "output_format")
    default: ("model.\(format)", [])
    }
  }

  /// A length in the unit that the format's files have.
  private static func length(_ value: Double, _ unit: String, for format: String) -> Double {
    let millimeters = value * (["mm": 1, "cm": 10, "m": 1000, "in": 25.4][unit] ?? 1)
    return ["glb", "usdz"].contains(format) ? millimeters / 1000 : millimeters
  }

  private static let convert = StudioOperation(
    paths: ["/v1/tools/convert"], summary: "Writes a model in another format",
    fields: [url, file, format, ("max_size", JSONSchema.number(1e-6, 1e6)), unit],
    required: ["output_format"]
  ) { body in
    let fields = try body.fields
    let format = try fields.require(
      "output_format", fields.choice("output_format", of: formats))
    var (name, settings) = try target(format)
    let unit = try fields.choice("unit", of: units) ?? "mm"
    if let size = try fields.number("max_size", in: 1e-6...1e6) {
      settings.append(("longestSide", .number(length(size, unit, for: format))))
    }
    let model = try await body.model()
    let step = JobPlan.Step(
      verb: "convert", inputs: [input(model)], output: name, settings: .object(settings))
    return StudioOrder(
      kind: "convert", price: price("convert", body),
      plan: plan(model, [step], keep: [(name, name.hasSuffix("zip") ? "archive" : "model")]),
      record: { try model.record($0) })
  }

  // MARK: Repair

  private static let repair = StudioOperation(
    paths: ["/v1/tools/repair"], summary: "Closes and mends a model, and hollows it",
    fields: [
      url, file, format, unit, ("hollow", JSONSchema.truth),
      ("wall_thickness", JSONSchema.number(0.1, 1000)),
      ("target_height", JSONSchema.number(1e-6, 1e6)),
      ("quality", JSONSchema.choice(["low", "default", "max"])),
      ("bake_textures", JSONSchema.truth),
      ("topology", JSONSchema.choice(["triangle", "quad"])),
    ]
  ) { body in
    let fields = try body.fields
    let format = try fields.choice("output_format", of: formats) ?? "stl"
    let (name, more) = try target(format)
    let isHollow = try fields.truth("hollow") ?? false
    let wall = try fields.number("wall_thickness", in: 0.1...1000) ?? 2
    let unit = try fields.choice("unit", of: units) ?? "mm"
    let height = try fields.number("target_height", in: 1e-6...1e6)
    let detail = ["low": 128, "default": 200, "max": 320]
    let quality = try fields.choice("quality", of: ["low", "default", "max"]) ?? "default"
    try trianglesOnly(fields.choice("topology", of: ["triangle", "quad"]), "topology")
    var warnings: [String] = []
    if try fields.truth("bake_textures") == true {
      warnings.append("bake_textures has no effect: textures stay where the surface does")
    }
    let model = try await body.model()
    // As STL it is in millimetres, so that walls and heights are what they say.
    var repairSettings: [(key: String, value: JSONValue)] = [
      ("resolution", .integer(detail[quality] ?? 200))
    ]
    let isPlain = !isHollow && height == nil
    var steps: [JobPlan.Step] = []
    var from = input(model)
    if let height {
      let tall = length(height, unit, for: "stl")
      steps.append(
        .init(
          verb: "convert", inputs: [from], output: "scaled.3mf",
          settings: ["height": .number(tall)]))
      from = "scaled.3mf"
    }
    let isDirect = isPlain && more.isEmpty && ["glb", "stl", "ply", "3mf"].contains(format)
    let mended = isDirect ? name : "mended." + (isPlain ? "glb" : "3mf")
    repairSettings.append(("mode", "auto"))
    steps.append(
      .init(
        verb: "repair", inputs: [from], output: mended, settings: .object(repairSettings)))
    from = mended
    if isHollow {
      steps.append(
        .init(
          verb: "hollow", inputs: [from], output: "hollow.3mf",
          settings: ["wallMillimeters": .number(wall)]))
      from = "hollow.3mf"
    }
    if !isDirect {
      steps.append(
        .init(verb: "convert", inputs: [from], output: name, settings: .object(more)))
    }
    let order = StudioOrder(
      kind: "repair", price: price(isHollow ? "repair_hollow" : "repair", body),
      plan: plan(model, steps, keep: [(name, name.hasSuffix("zip") ? "archive" : "model")]),
      record: { try model.record($0) }, warnings: warnings)
    return order
  }

  private static func trianglesOnly(_ word: String?, _ field: String) throws {
    guard let word, word.hasPrefix("quad") else { return }
    throw ServiceProblem(
      .unavailable("topology"), "quadrilaterals are not made; ask for triangles", field: field)
  }

  // MARK: Optimising

  private static let optimize = StudioOperation(
    paths: ["/v1/tools/optimize"], summary: "Makes a model smaller",
    fields: [
      url, file, ("target_ratio", JSONSchema.number(0.001, 1)),
      ("texture_size", JSONSchema.whole(16, 8192)), ("draco", JSONSchema.truth),
    ]
  ) { body in
    let fields = try body.fields
    let isDraco = try fields.truth("draco") ?? true
    var settings: [(key: String, value: JSONValue)] = [
      ("compression", isDraco ? "draco" : "none")
    ]
    if let ratio = try fields.number("target_ratio", in: 0.001...1), ratio < 1 {
      settings.append(("ratio", .number(ratio)))
    }
    if let size = try fields.whole("texture_size", in: 16...8192) {
      settings.append(("textureSize", .integer(size)))
    }
    let model = try await body.model()
    let step = JobPlan.Step(
      verb: "optimize", inputs: [input(model)], output: "model.glb", settings: .object(settings))
    return StudioOrder(
      kind: "optimize", price: price("optimize", body),
      plan: plan(model, [step], keep: [("model.glb", "model")]), record: { try model.record($0) })
  }

  private static let topology = StudioOperation(
    paths: ["/v1/3d-models/tencent/topology"], summary: "Gives a model triangles of even size",
    fields: [
      url, file, ("face_type", JSONSchema.choice(["triangle", "quadrilateral"])),
      ("face_count", JSONSchema.whole(100, 1_500_000)),
    ]
  ) { body in
    let fields = try body.fields
    try trianglesOnly(fields.choice("face_type", of: ["triangle", "quadrilateral"]), "face_type")
    let count = try fields.whole("face_count", in: 100...1_500_000) ?? 20_000
    let model = try await body.model()
    let step = JobPlan.Step(
      verb: "remesh", inputs: [input(model)], output: "model.glb",
      settings: ["targetTriangles": .integer(count)])
    return StudioOrder(
      kind: "remesh", price: price("topology", body),
      plan: plan(model, [step], keep: [("model.glb", "model")]), record: { try model.record($0) })
  }

  private static let convertModel = StudioOperation(
    paths: ["/v1/3d-models/tripo/convert-model"], summary: "Writes a model in another format",
    fields: [url, file, ("format", JSONSchema.choice(formats))]
  ) { body in
    let format = try body.fields.choice("format", of: formats) ?? "glb"
    let (name, settings) = try target(format)
    let model = try await body.model()
    let step = JobPlan.Step(
      verb: "convert", inputs: [input(model)], output: name, settings: .object(settings))
    return StudioOrder(
      kind: "convert", price: price("tripo_convert", body),
      plan: plan(model, [step], keep: [(name, name.hasSuffix("zip") ? "archive" : "model")]),
      record: { try model.record($0) })
  }

  private static let segmentation = StudioOperation(
    paths: ["/v1/3d-models/tripo/mesh-segmentation"],
    summary: "Makes each connected piece of a model a part", fields: [url, file]
  ) { body in
    let model = try await body.model()
    let step = JobPlan.Step(
      verb: "convert", inputs: [input(model)], output: "model.glb", settings: ["split": true])
    return StudioOrder(
      kind: "segmentation", price: price("segmentation", body),
      plan: plan(model, [step], keep: [("model.glb", "model")]), record: { try model.record($0) },
      warnings: ["parts are connected pieces; what they mean is not told apart"])
  }

  // MARK: The rest

  private static let bake = StudioOperation(
    paths: ["/v1/tools/bake-texture"], summary: "Carries the look of one model to another",
    fields: [
      ("high_poly_model_url", JSONSchema.text(1...4096)),
      ("low_poly_model_url", JSONSchema.text(1...4096)),
      ("texture_size", JSONSchema.whole(64, 8192)),
    ], required: ["high_poly_model_url", "low_poly_model_url"]
  ) { body in
    let size = try body.fields.whole("texture_size", in: 64...8192) ?? 2048
    let high = try await body.model("high_poly_model")
    let low = try await body.model("low_poly_model")
    let names = ["high.\(high.format)", "low.\(low.format)"]
    let plan = JobPlan(
      inputs: [(names[0], high.blob), (names[1], low.blob)],
      steps: [
        .init(
          verb: "bake", inputs: names, output: "model.glb",
          settings: ["textureSize": .integer(size)])
      ], keep: [("model.glb", "model")])
    return StudioOrder(
      kind: "bake_texture", price: price("bake", body), plan: plan,
      record: { database in
        try high.record(database)
        try low.record(database)
      })
  }

  private static let volume = StudioOperation(
    paths: ["/v1/tools/calculate-volume"], summary: "Tells a model's volume, area and material",
    fields: [url, file, ("target_height", JSONSchema.number(1e-6, 1e6)), unit]
  ) { body in
    let fields = try body.fields
    let height = try fields.number("target_height", in: 1e-6...1e6)
    let unit = try fields.choice("unit", of: units) ?? "mm"
    let model = try await body.model()
    let settings: [(key: String, value: JSONValue)] =
      height.map { [("height", .number(length($0, unit, for: "stl")))] } ?? []
    return StudioOrder(
      kind: "volume", price: price("volume", body),
      plan: plan(
        model,
        [
          .init(
            verb: "convert", inputs: [input(model)], output: "model.stl",
            settings: .object(settings)),
          .init(verb: "inspect", inputs: ["model.stl"], settings: .object([])),
        ], keep: [("model.stl", "model_stl")]), record: { try model.record($0) })
  }

  /// Of PLA, in grams a cubic millimetre.
  private static let density = 0.00124

  /// Of a model in millimetres.
  static func volume(_ facts: JSONValue) -> [(key: String, value: JSONValue)] {
    let volume = facts["volume"]?.double ?? 0
    return [
      ("volume_mm3", .number(volume)), ("volume_cm3", .number(volume / 1000)),
      ("surface_area_mm2", facts["area"] ?? .null),
      ("material_grams_pla", .number(volume * density)),
      ("watertight", facts["watertight"] ?? .null), ("bounding_box", facts["boundingBox"] ?? .null),
    ]
  }

  private static func picture(
    _ body: StudioBody, _ kind: String, _ priceName: String, _ settings: JSONValue
  ) async throws -> StudioOrder {
    guard let picture = try await body.picture(["image", "image_url"]) else {
      throw ServiceProblem(.invalid("request"), "\"image\" is missing", field: "image")
    }
    let name = "picture.\(picture.format)"
    let plan = JobPlan(
      inputs: [(name, picture.blob)],
      steps: [.init(verb: "cutout", inputs: [name], output: "edited.png", settings: settings)],
      keep: [("edited.png", "edited")])
    return StudioOrder(
      kind: kind, price: price(priceName, body), plan: plan, record: { try picture.record($0) })
  }

  private static let pictureFields: [(key: String, value: JSONValue)] = [
    ("image", JSONSchema.text), ("image_url", JSONSchema.text(1...4096)),
  ]

  private static let removeBackground = StudioOperation(
    paths: ["/v1/tools/remove-bg"], summary: "Cuts the object of a picture out",
    fields: pictureFields
  ) { try await picture($0, "remove_bg", "remove_bg", .object([])) }

  private static let enhance = StudioOperation(
    paths: ["/v1/tools/image-enhance"], summary: "Makes a picture twice as large",
    fields: pictureFields
  ) { body in
    var order = try await picture(
      body, "image_enhance", "enhance", ["keepBackground": true, "scale": 2])
    order.warnings = ["the picture is only made larger; nothing is added to it"]
    return order
  }

  private static let texture = StudioOperation(
    paths: ["/v1/3d-models/tencent/texture-edit", "/v1/3d-models/tripo/texture-model"],
    summary: "Paints a model by words: needs an engine that is not here",
    fields: [url, file, ("prompt", JSONSchema.text(1...1024)), ("enable_pbr", JSONSchema.truth)]
  ) { _ in
    throw ServiceProblem(
      .unavailable("engine"), "painting a model by words needs an engine, and there is none here")
  }

  private static let pictures = StudioOperation(
    paths: ["/v1/images/{model}/generate", "/v1/images/{maker}/{model}/generate"],
    summary: "Makes pictures of words: needs an engine that is not here",
    fields: [
      ("prompt", JSONSchema.text(1...4096)), ("count", JSONSchema.whole(1, 16)),
      ("image", JSONSchema.text),
    ]
  ) { _ in
    throw ServiceProblem(
      .unavailable("engine"), "making pictures needs an engine, and there is none here")
  }
}
