import Foundation
import Settings
import Video
import Views
import Work

/// What a call of `turntable` comes to: sizes, frames and files, checked before anything is drawn.
struct TurntablePlan {
  /// A video of the same frames over a backdrop of its own.
  struct Film {
    let path: String
    /// nil for a folder of PNGs.
    let format: VideoFormat?
    let backdrop: Backdrop
    /// Whether frames keep their alpha.
    let isClear: Bool
  }

  let lens: Intrinsics
  let frameCount: Int
  let framesPerSecond: Int
  /// The one that was asked for, and its variants.
  let films: [Film]
  let extras: Extras
  let posterFrame: Int

  /// Files beside the first film.
  struct Extras {
    let web, thumb, poster, posterThumb, bundle: String?

    static let none = Extras(web: nil, thumb: nil, poster: nil, posterThumb: nil, bundle: nil)
  }

  /// Whether frames are drawn for more than one film.
  var isShared: Bool { films.count > 1 }

  init(_ call: VerbCall<RenderTurntableSettings>) throws {
    let options = call.options
    let path = call.output!
    let format = try Self.format(path)
    let quality = options.quality ?? (format == .mov ? .pro : .standard)
    if quality == .pro, let format, format != .mov {
      throw UsageError("--quality pro is ProRes 4444, which is a .mov")
    }
    if format == .mov, quality != .pro { throw UsageError("a .mov is of --quality pro") }
    let side = options.side ?? (quality == .standard ? 1080 : 2160)
    guard side % 2 == 0 else {
      throw UsageError("--side \(side) is odd, and video wants even sizes")
    }
    let size = options.aspect.size(side)
    let (width, height) = (size.width / 2 * 2, size.height / 2 * 2)
    // The shorter side sees 30 degrees.
    let focal = Double(side) / 2 / tan(15 * Double.pi / 180)
    lens = Intrinsics(
      width: width, height: height, focalX: focal, focalY: focal, centerX: Double(width) / 2,
      centerY: Double(height) / 2)
    framesPerSecond = options.framesPerSecond
    frameCount = options.lengthSeconds * options.framesPerSecond
    if options.background != nil && options.backgroundImage != nil {
      throw UsageError("--background and --background-image exclude each other")
    }
    let lens = lens
    func film(_ path: String, _ background: String?, _ picture: String?) throws -> Film {
      let format = try Self.format(path)
      let words =
        picture ?? background ?? (format == .mov || format == nil ? "transparent" : "white")
      let backdrop = try Backdrop(words, width: lens.width, height: lens.height)
      // A palette is made of all frames at once, which are kept in memory until then.
      let pixels =
        lens.width * lens.height * options.lengthSeconds * min(15, options.framesPerSecond)
      if format == .gif && pixels > 400_000_000 {
        throw UsageError(
          "that is too much for a .gif; give a --side of 540 or less, or a shorter one")
      }
      var isClear = false
      if case .transparent = backdrop { isClear = true }
      if let format, isClear, !format.keepsAlpha {
        throw UsageError(
          "a .\(format.rawValue) cannot be transparent; give --background a color, or write .mov or .webm"
        )
      }
      return Film(path: path, format: format, backdrop: backdrop, isClear: isClear)
    }
    var films = [try film(path, options.background, options.backgroundImage)]
    let variants = try options.variants.map(Self.variants) ?? []
    for variant in variants {
      films.append(try film(variant.output, variant.background, variant.picture))
    }
    self.films = films
    extras = Extras(
      web: options.web, thumb: options.thumb, poster: options.poster,
      posterThumb: options.posterThumb, bundle: options.bundle)
    let read =
      call.inputs
      + ([options.variants, options.background, options.backgroundImage]
      + variants.flatMap { [$0.background, $0.picture] }).compactMap(\.self).filter {
        FileManager.default.fileExists(atPath: $0)
      }
    try Self.check(extras, read, films, hasVideo: format != nil)
    // Reveals begin with nothing; motions that settle end with what they are about.
    posterFrame = options.effect == .heroSpin || options.effect == .reveal ? frameCount - 1 : 0
  }

  /// nil for a folder.
  private static func format(_ path: String) throws -> VideoFormat? {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    if path.hasSuffix("/") || ending.isEmpty { return nil }
    guard let format = VideoFormat(rawValue: ending) else {
      throw UsageError(
        ".\(ending) is not written; a video is .mp4, .mov, .webm or .gif, or goes into a folder of PNGs (end its name with a slash)"
      )
    }
    return format
  }

  private static func variants(_ path: String) throws -> [(
    output: String, background: String?, picture: String?
  )] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw InputError("missing-file", "the list of variants cannot be read", path)
    }
    let json: JSONValue
    do {
      json = try JSONValue(parsing: data)
    } catch {
      throw InputError("bad-json", "the list of variants is not JSON: \(error.reason)", path)
    }
    guard let list = json.array else {
      throw InputError("bad-json", "the variants are not a list of objects", path)
    }
    return try list.enumerated().map { index, item in
      let known: Set = ["output", "background", "backgroundImage"]
      guard case .object(let members) = item, let output = item["output"]?.string else {
        throw InputError("bad-variant", "variant \(index) names no output", path)
      }
      if let other = members.first(where: { !known.contains($0.key) }) {
        throw InputError(
          "bad-variant",
          "variant \(index) has \"\(other.key)\"; variants differ in output, background and backgroundImage",
          path)
      }
      return (output, item["background"]?.string, item["backgroundImage"]?.string)
    }
  }

  private static func check(
    _ extras: Extras, _ read: [String], _ films: [Film], hasVideo: Bool
  ) throws {
    var paths = try OutputPaths(read: read, output: nil)
    for film in films {
      try paths.add(film.path, "a video")
      let held = try? FileManager.default.contentsOfDirectory(atPath: film.path)
      if film.format == nil, let held, !held.isEmpty {
        throw UsageError("\(film.path) already holds something; give another folder, or empty it")
      }
    }
    let named = [
      ("--web", extras.web, "mp4"), ("--thumb", extras.thumb, "mp4"),
      ("--poster", extras.poster, "png"), ("--poster-thumb", extras.posterThumb, "png"),
      ("--bundle", extras.bundle, "zip"),
    ]
    for (flag, path, ending) in named {
      guard path == nil || hasVideo else {
        throw UsageError("\(flag) goes with a video, not with a folder")
      }
      try paths.add(path, flag, ending: ending)
    }
  }
}
