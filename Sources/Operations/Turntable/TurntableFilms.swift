import Archives
import Foundation
import Imaging
import Video
import Views
import Work

/// Frames to all files of a plan. One film takes frames as they come; several are made one after the other of frames that
/// were kept, packed without loss, so that drawing is paid for once.
struct TurntableFilms {
  private let plan: TurntablePlan
  private let work: WorkContext

  init(_ plan: TurntablePlan, _ work: WorkContext) { (self.plan, self.work) = (plan, work) }

  typealias Frames = (_ take: @escaping (Image) throws -> Void) throws -> Void

  /// - Parameters:
  ///   - draw: hands every frame, RGBA with straight alpha, to its argument in order.
  ///   - poster: hands the frame of the poster alone.
  func write(_ draw: Frames, poster: Frames) throws -> [Artifact] {
    try writePosters(poster)
    guard plan.isShared else { return try film(plan.films[0], isFirst: true, draw) }
    let place = try ScratchFolder()
    defer { withExtendedLifetime(place) {} }
    func file(_ index: Int) -> String { place.file("\(index).png") }
    var count = 0
    try draw { image in
      try StagedFile.write(try ImageFile.encodePNG(image), to: file(count))
      count += 1
    }
    work.progress.enter("encode")
    var artifacts: [Artifact] = []
    for (index, film) in plan.films.enumerated() {
      artifacts += try self.film(film, isFirst: index == 0) { take in
        let pipeline = OrderedPipeline<Image>(work, depth: 2 * work.threads, consume: take)
        for frame in 0..<count {
          let path = file(frame)
          try pipeline.submit {
            try ImageFile.decode([UInt8](FileManager.default.contents(atPath: path) ?? Data()))
              .image
          }
        }
        try pipeline.finish()
      }
      work.progress.update(Double(index + 1) / Double(plan.films.count))
    }
    return artifacts
  }

  /// Before the video, so that there is something to show while it is made.
  private func writePosters(_ frame: Frames) throws {
    let (extras, backdrop) = (plan.extras, plan.films[0].backdrop)
    guard extras.poster != nil || extras.posterThumb != nil else { return }
    try frame { image in
      let shown = backdrop.behind(image)
      if let small = extras.posterThumb {
        let quarter = shown.reduced(toWidth: shown.width / 4, height: shown.height / 4)
        try StagedFile.write(try ImageFile.encodePNG(quarter), to: small)
      }
      if let poster = extras.poster {
        try StagedFile.write(try ImageFile.encodePNG(shown), to: poster)
      }
    }
  }

  private func film(
    _ film: TurntablePlan.Film, isFirst: Bool, _ frames: Frames
  ) throws -> [Artifact] {
    guard let format = film.format else { return try pictures(film, frames) }
    let extras = isFirst ? plan.extras : .none
    let place = try ScratchFolder()
    defer { withExtendedLifetime(place) {} }
    // A bundle holds what was not asked for beside it as well.
    func path(_ told: String?, _ name: String) -> String? {
      told ?? (extras.bundle == nil ? nil : place.file(name))
    }
    let (web, thumb) = (path(extras.web, "web.mp4"), path(extras.thumb, "thumb.mp4"))
    let poster = path(extras.poster, "poster.png")
    var outputs = [VideoOutput(path: film.path, format: format)]
    if let web { outputs.append(VideoOutput(path: web, format: .mp4, isForWeb: true)) }
    if let thumb {
      outputs.append(VideoOutput(path: thumb, format: .mp4, reduction: 4, isForWeb: true))
    }
    var (index, still) = (0, [UInt8]())
    let lens = plan.lens
    try VideoWriter().write(
      outputs, width: lens.width, height: lens.height, framesPerSecond: plan.framesPerSecond,
      alpha: film.isClear, work
    ) { add in
      try frames { image in
        let shown = film.backdrop.behind(image)
        if index == plan.posterFrame && poster != nil && extras.poster == nil {
          still = try ImageFile.encodePNG(shown)
        }
        index += 1
        try add(shown)
      }
    }
    if let poster, extras.poster == nil { try StagedFile.write(still, to: poster) }
    if let bundle = extras.bundle {
      let parts = [
        ("video.\(format.rawValue)", film.path), ("web.mp4", web!), ("thumb.mp4", thumb!),
        ("poster.png", poster!),
      ]
      try Self.write(parts, to: bundle)
    }
    var artifacts = [Artifact(path: film.path, mediaType: format.mediaType)]
    for (path, type) in [
      (extras.web, "video/mp4"), (extras.thumb, "video/mp4"), (extras.poster, "image/png"),
      (extras.posterThumb, "image/png"),
      (extras.bundle, "application/zip"),
    ] {
      if let path { artifacts.append(Artifact(path: path, mediaType: type)) }
    }
    return artifacts
  }

  /// A folder of `frame_00000.png` and so on.
  private func pictures(
    _ film: TurntablePlan.Film, _ frames: Frames
  ) throws -> [Artifact] {
    let folder = film.path.hasSuffix("/") ? String(film.path.dropLast()) : film.path
    let staged = try StagedFolder(path: folder)
    var names: [String] = []
    try frames { image in
      let number = String(names.count)
      let name =
        "frame_" + String(repeating: "0", count: max(0, 5 - number.count)) + number + ".png"
      let file = staged.temporaryPath + "/" + name
      try StagedFile.write(try ImageFile.encodePNG(film.backdrop.behind(image)), to: file)
      names.append(name)
    }
    try staged.commit()
    return names.map { Artifact(path: folder + "/" + $0, mediaType: "image/png") }
  }

  private static func write(_ parts: [(name: String, path: String)], to bundle: String) throws {
    let file = try StagedFile(path: bundle)
    let archive = try StoredArchive(path: file.temporaryPath, format: .zip, shownAs: bundle)
    for part in parts {
      guard let data = FileManager.default.contents(atPath: part.path) else {
        throw InputError("missing-file", "a part of the bundle cannot be read back", part.path)
      }
      try archive.add(part.name, [UInt8](data))
    }
    try archive.finish()
    try file.commit()
  }
}
