import Settings

/// Pictures and videos of models.
enum StudioRender {
  private static let turns = ["turntable_4": 4, "turntable_8": 8, "turntable_12": 12]
  private static let angles = [
    "front", "back", "left", "right", "top", "3/4", "isometric", "turntable_4", "turntable_8",
    "turntable_12",
  ]
  private static let lights = ["studio": "studio", "soft": "soft", "dramatic": "dramatic"]
  private static let stills = ["png", "webp"]
  private static let films = ["mp4", "webm", "gif", "png_sequence"]

  static let render = StudioOperation(
    paths: ["/v1/tools/render"], summary: "Draws a model, still or turning",
    fields: [
      StudioTools.url, StudioTools.file, ("output_type", JSONSchema.choice(["image", "video"])),
      ("angle", JSONSchema.choice(angles)), ("resolution", JSONSchema.whole(64, 4096)),
      ("lighting", JSONSchema.choice(lights.keys.sorted())),
      ("background", JSONSchema.text(1...20)), ("ground_shadow", JSONSchema.truth),
      ("output_format", JSONSchema.choice(stills + films)),
      ("duration", JSONSchema.whole(3, 30)),
    ]
  ) { body in
    let fields = try body.fields
    let isVideo = try fields.choice("output_type", of: ["image", "video"]) == "video"
    let angle = try fields.choice("angle", of: angles) ?? "3/4"
    let side = try fields.whole("resolution", in: 64...4096) ?? (isVideo ? 1080 : 2048)
    let light = try fields.choice("lighting", of: lights.keys.sorted()) ?? "studio"
    let background = try background(fields)
    let hasShadow = try fields.truth("ground_shadow") ?? false
    let length = try fields.whole("duration", in: 3...30) ?? 6
    let allowed = isVideo ? films : stills
    let format = try fields.choice("output_format", of: allowed) ?? allowed[0]
    let model = try await body.model()
    var settings: [(key: String, value: JSONValue)] = [
      ("lighting", .string(lights[light] ?? "studio")), ("shadows", .bool(hasShadow)),
    ]
    if let background { settings.append(("background", .string(background))) }
    let step: JobPlan.Step
    let keep: [(name: String, role: String)]
    if isVideo {
      guard format != "png_sequence" else {
        throw ServiceProblem(
          .unavailable("format"), "sequences of PNG come with angle turntable_4, _8 or _12",
          field: "output_format")
      }
      // Where there is no alpha, nothing is white.
      settings.removeAll { $0.key == "background" && $0.value.string == "transparent" }
      settings += [("side", .integer(side / 2 * 2)), ("lengthSeconds", .integer(length))]
      step = .init(
        verb: "turntable", inputs: [StudioTools.input(model)], output: "video.\(format)",
        settings: .object(settings))
      keep = [("video.\(format)", "video")]
    } else if let count = turns[angle] {
      let places = (0..<count).map { "\($0 * 360 / count):20" }
      settings += [
        ("width", .integer(side)), ("angles", .array(places.map { .string($0) })),
        ("format", .string(format)),
      ]
      step = .init(
        verb: "render", inputs: [StudioTools.input(model)], output: "views/",
        settings: .object(settings))
      keep = places.map { place in
        let name = place.split(separator: ":").joined(separator: "_")
        return ("views/\(name).\(format)", "image_\(name)")
      }
    } else {
      settings += [
        ("width", .integer(side)),
        ("angles", [.string(angle == "3/4" ? "three-quarter" : angle)]),
      ]
      step = .init(
        verb: "render", inputs: [StudioTools.input(model)], output: "image.\(format)",
        settings: .object(settings))
      keep = [("image.\(format)", "image")]
    }
    let isMoving = isVideo || turns[angle] != nil
    return StudioOrder(
      kind: "render_still", price: StudioTools.price(isMoving ? "render_video" : "render", body),
      plan: StudioTools.plan(model, [step], keep: keep), record: { try model.record($0) })
  }

  /// `transparent`, or a color.
  private static func background(_ fields: Fields) throws -> String? {
    guard let word = try fields.text("background", length: 1...20) else { return nil }
    let isColor =
      word.count == 7 && word.hasPrefix("#")
      && word.dropFirst().allSatisfy { $0.isASCII && $0.isHexDigit }
    guard isColor || ["transparent", "white", "black"].contains(word) else {
      throw fields.wrong("background", "is transparent, white, black or a colour such as #ffffff")
    }
    return word
  }
}
