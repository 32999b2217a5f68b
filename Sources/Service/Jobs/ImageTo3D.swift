import Settings

/// Pictures to a model: the one operation behind every dialect's generator.
struct ImageTo3D: Sendable {
  /// Which side a picture shows, where several are given.
  static let sides = ["front", "left", "back", "right"]

  var pictures: [(picture: PictureSource.Picture, side: String?)] = []
  /// What it is to be, for an engine that makes models of words.
  var prompt: String?
  var targetVertices: Int?
  var textureSize = 2048
  var resolution: Int?
  var remesh = false
  /// No texture is wanted.
  var isMeshOnly = false
  /// Factor on the result's size.
  var scale = 1.0
  /// Besides the GLB.
  var formats: [String] = []
  /// A program of the operator's that makes the model, in place of ours.
  var engine: String?
  var meter: JobPlan.Meter?

  var blobs: [String] { pictures.map(\.picture.blob) }

  /// The GLB has the role `model_glb`; others theirs: `model_stl`. A picture of it is `render_image`.
  func plan(promptBlob: String? = nil) -> JobPlan {
    var inputs: [(name: String, blob: String)] = pictures.enumerated().map { index, entry in
      let name = pictures.count == 1 ? "picture" : entry.side ?? Self.sides[index % 4]
      return ("\(name).\(entry.picture.format)", entry.picture.blob)
    }
    if let promptBlob { inputs.append(("prompt.txt", promptBlob)) }
    let made = scale == 1 && !isMeshOnly ? "model.glb" : "made.glb"
    var steps = [
      JobPlan.Step(
        verb: "reconstruct", inputs: inputs.map(\.name), output: made, settings: settings)
    ]
    if made != "model.glb" {
      steps.append(
        .init(
          verb: "convert", inputs: [made], output: "model.glb",
          settings: ["scale": .number(scale), "merge": .bool(isMeshOnly)]))
    }
    for format in formats where format != "glb" {
      steps.append(
        .init(
          verb: "convert", inputs: ["model.glb"], output: "model.\(format)", settings: .object([])))
    }
    steps.append(
      .init(
        verb: "render", inputs: ["model.glb"], output: "render.png",
        settings: ["width": 768, "background": "transparent"]))
    var plan = JobPlan(
      inputs: inputs, steps: steps,
      keep: [("model.glb", "model_glb")] + formats.filter { $0 != "glb" }.map {
        ("model.\($0)", "model_\($0)")
      } + [("render.png", "render_image")])
    plan.meter = meter
    plan.isConnected = engine != nil
    return plan
  }

  private var settings: JSONValue {
    var settings: [(key: String, value: JSONValue)] = [
      ("textureSize", .integer(textureSize)), ("remesh", .bool(remesh)),
    ]
    if let targetVertices { settings.append(("targetVertices", .integer(targetVertices))) }
    if let resolution { settings.append(("resolution", .integer(resolution))) }
    if let engine {
      settings += [("backend", "external"), ("externalCommand", .string(engine))]
    }
    return .object(settings)
  }
}
