import Settings

/// What a request may ask for. The one file to change where the service's vocabulary does.
struct Pixal3DOrder: Sendable {
  private enum Rule {
    case whole(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case choice([Int])
    case truth
  }

  /// Every field but `image_url`, with its default; nil for none.
  private static let fields: [(name: String, rule: Rule, fallback: JSONValue?)] = [
    ("seed", .whole(0...Int(Int32.max)), nil),
    ("resolution", .choice([1024, 1536]), 1024),
    ("ss_guidance_strength", .number(0...30), 7.5),
    ("ss_guidance_rescale", .number(0...1), 0.7),
    ("ss_sampling_steps", .whole(1...100), 12), ("ss_rescale_t", .number(0.1...20), 5),
    ("shape_slat_guidance_strength", .number(0...30), 7.5),
    ("shape_slat_guidance_rescale", .number(0...1), 0.5),
    ("shape_slat_sampling_steps", .whole(1...100), 12),
    ("shape_slat_rescale_t", .number(0.1...20), 3),
    ("tex_slat_guidance_strength", .number(0...30), 1),
    ("tex_slat_guidance_rescale", .number(0...1), nil),
    ("tex_slat_sampling_steps", .whole(1...100), 12),
    ("tex_slat_rescale_t", .number(0.1...20), 3),
    ("mesh_scale", .number(1e-6...1e6), 1), ("max_num_tokens", .whole(1024...262_144), 49_152),
    ("decimation_target", .whole(100...5_000_000), 200_000),
    ("texture_size", .choice([1024, 2048, 4096]), 2048), ("remesh", .truth, true),
  ]

  /// Those that only an engine of that kind has a use for.
  private static let samplers = fields.map(\.name).filter { name in
    ["ss_", "shape_slat_", "tex_slat_"].contains { name.hasPrefix($0) } || name == "max_num_tokens"
  }

  let picture: String
  /// Every field, defaults filled in.
  let values: JSONValue
  /// What was asked for and has no effect.
  let warnings: [String]

  init(_ call: Call) throws {
    let body = try call.fields(["image_url"] + Self.fields.map(\.name))
    let most = PictureSource.inlineLimit
    picture = try body.require("image_url", body.text("image_url", length: 1...most))
    var filled: [(key: String, value: JSONValue)] = []
    for (name, rule, fallback) in Self.fields {
      let value: JSONValue?
      switch rule {
      case .whole(let range): value = try body.whole(name, in: range).map { .integer($0) }
      case .number(let range): value = try body.number(name, in: range).map { .number($0) }
      case .truth: value = try body.truth(name).map { .bool($0) }
      case .choice(let numbers):
        value = try body.whole(name, in: 0...1_000_000).map { .integer($0) }
        if let given = value?.int, !numbers.contains(given) {
          let words = numbers.map { "\($0)" }.joined(separator: ", ")
          throw body.wrong(name, "is one of \(words)")
        }
      }
      if let value = value ?? fallback { filled.append((name, value)) }
    }
    values = .object(filled)
    warnings =
      call.core.settings.imageCommand == nil
      ? Self.samplers.filter { body[$0] != nil }.map { "\($0) has no effect on the engine here" }
      : []
  }

  static let schema = JSONSchema.object(
    [("image_url", JSONSchema.text(1...16_000_000))]
      + fields.map { name, rule, _ in
        switch rule {
        case .whole(let range): (name, JSONSchema.whole(range.lowerBound, range.upperBound))
        case .number(let range): (name, JSONSchema.number(range.lowerBound, range.upperBound))
        case .truth: (name, JSONSchema.truth)
        case .choice(let numbers): (name, ["enum": .array(numbers.map { .integer($0) })])
        }
      }, required: ["image_url"], isClosed: true)

  /// In thousandths of a cent.
  func price(_ prices: PriceBook) -> Int {
    prices.price(Pixal3D.dialect, "texture_\(values["texture_size"]?.int ?? 2048)")
  }

  /// The work, its picture not yet in it.
  var work: ImageTo3D {
    var work = ImageTo3D()
    work.targetVertices = values["decimation_target"]?.int
    work.textureSize = values["texture_size"]?.int ?? 2048
    work.remesh = values["remesh"]?.bool ?? true
    work.scale = values["mesh_scale"]?.double ?? 1
    work.resolution = values["resolution"]?.int == 1536 ? 384 : 256
    work.seed = values["seed"]?.int ?? Int.random(in: 0...Int(Int32.max))
    return work
  }
}
