import Settings

/// Models of pictures and of words, under the names of several engines; here they are one.
enum StudioGenerators {
  private static let prompt = ("prompt", JSONSchema.text(1...1024))
  private static let image = ("image", JSONSchema.text)
  private static let pbr = ("enable_pbr", JSONSchema.truth)

  static let all: [StudioOperation] = [
    StudioOperation(
      paths: ["/v1/3d-models/tencent/generate/rapid"], summary: "Makes a model quickly",
      fields: [prompt, image, pbr]
    ) { body in
      let hasPBR = try body.fields.truth("enable_pbr") ?? false
      return try await order(body, Choice(name: "rapid", hasPBR: hasPBR, size: .small))
    },
    StudioOperation(
      paths: ["/v1/3d-models/tencent/generate/pro"], summary: "Makes a model carefully",
      fields: [
        prompt, image, pbr,
        (
          "multi_view_images",
          JSONSchema.list(
            JSONSchema.object(
              [
                "view_type": JSONSchema.choice(ImageTo3D.sides), "view_image": JSONSchema.text,
              ], required: ["view_type", "view_image"]), 1...4)
        ),
        ("model", JSONSchema.text), ("face_count", JSONSchema.whole(3000, 1_500_000)),
        ("generate_type", JSONSchema.choice(["Normal", "Cartoon", "Sculpture"])),
      ]
    ) { body in
      let fields = try body.fields
      var choice = Choice(
        name: "pro", hasPBR: try fields.truth("enable_pbr") ?? false, size: .full)
      choice.faces = try fields.whole("face_count", in: 3000...1_500_000)
      _ = try fields.text("model")
      let style = try fields.choice("generate_type", of: ["Normal", "Cartoon", "Sculpture"])
      var made = try await order(body, choice)
      if let style, style != "Normal" {
        made.warnings.append("generate_type \(style) has no effect on the engine here")
      }
      return made
    },
    StudioOperation(
      paths: ["/v1/3d-models/trellis2/generate"], summary: "Makes a model of a picture",
      fields: [image, ("image_url", JSONSchema.text(1...4096)), pbr]
    ) { body in
      let hasPBR = try body.fields.truth("enable_pbr") ?? false
      return try await order(body, Choice(name: "trellis2", hasPBR: hasPBR, size: .full))
    },
    tripo("tripo", ["", "/3.1"]), tripo("tripo_p1", ["/p1"]),
  ]

  private static func tripo(_ name: String, _ editions: [String]) -> StudioOperation {
    let bases = editions.flatMap { edition in
      ["text-to-3d", "image-to-3d"].flatMap { kind in
        edition.isEmpty
          ? ["/v1/3d-models/tripo/\(kind)"]
          : ["/v1/3d-models/tripo\(edition)/\(kind)", "/v1/3d-models/tripo/\(kind)\(edition)"]
      }
    }
    return StudioOperation(
      paths: bases, summary: "Makes a model of words or pictures",
      fields: [
        prompt, image, pbr, ("image_url", JSONSchema.text(1...4096)),
        ("multi_view_images", JSONSchema.list(JSONSchema.text, 2...4)),
        ("version", JSONSchema.choice(["v3.0", "v3.1"])),
        ("face_count", JSONSchema.whole(1000, 1_500_000)),
      ]
    ) { body in
      let fields = try body.fields
      var choice = Choice(
        name: name, hasPBR: try fields.truth("enable_pbr") ?? false, size: .full)
      choice.faces = try fields.whole("face_count", in: 1000...1_500_000)
      _ = try fields.choice("version", of: ["v3.0", "v3.1"])
      return try await order(body, choice)
    }
  }

  // MARK: The work

  enum Size { case small, full }

  struct Choice {
    let name: String
    let hasPBR: Bool
    let size: Size
    var faces: Int?
  }

  private static func order(_ body: StudioBody, _ choice: Choice) async throws -> StudioOrder {
    let work = try await work(body, choice)
    let prices = body.core.prices
    func price(_ name: String) -> Int { prices.price(Studio.dialect, name) }
    let base = String(choice.name.split(separator: "_")[0])
    let sum =
      price(choice.name) + (choice.hasPBR ? price(base + "_pbr") : 0)
      + (work.pictures.count > 1 ? price(base + "_multi_view") : 0)
    return StudioOrder(
      kind: work.pictures.isEmpty ? "text_to_3d" : "image_to_3d", price: sum, plan: work.plan(),
      record: { try work.record($0) })
  }

  /// Pictures or words, and how finely.
  static func work(_ body: StudioBody, _ choice: Choice) async throws -> ImageTo3D {
    var work = ImageTo3D()
    work.resolution = choice.size == .small ? 128 : 256
    work.textureSize = choice.size == .small ? 1024 : 2048
    work.targetVertices =
      choice.faces.map { max(100, $0 / 2) }
      ?? (choice.size == .small ? 10_000 : nil)
    work.engine = body.core.settings.imageCommand
    if let views = body.value["multi_view_images"], views != .null {
      work.pictures = try await several(views, body)
      return work
    }
    if let picture = try await body.picture(["image", "image_url"]) {
      work.pictures = [(picture, nil)]
      return work
    }
    guard let prompt = try body.fields.text("prompt", length: 1...1024) else {
      throw ServiceProblem(.invalid("request"), "give a prompt or an image", field: "image")
    }
    try await work.use(words: prompt, body.core)
    return work
  }

  private static func several(
    _ views: JSONValue, _ body: StudioBody
  ) async throws -> [(picture: PictureSource.Picture, side: String?)] {
    let name = "multi_view_images"
    guard let list = views.array, (1...4).contains(list.count) else {
      throw ServiceProblem(.invalid("request"), "\(name) is a list of one to four", field: name)
    }
    var pictures: [(picture: PictureSource.Picture, side: String?)] = []
    for (index, view) in list.enumerated() {
      let side = view["view_type"]?.string ?? ImageTo3D.sides[index]
      guard let text = view.string ?? view["view_image"]?.string, ImageTo3D.sides.contains(side),
        !pictures.contains(where: { $0.side == side })
      else {
        throw ServiceProblem(
          .invalid("request"),
          "\(name) holds pictures with view_type front, left, right or back, each once",
          field: name)
      }
      pictures.append((try await PictureSource.take(text: text, field: name, body.core), side))
    }
    return pictures
  }
}
