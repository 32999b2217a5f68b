/// How a video is stored.
public enum VideoFormat: String, Sendable, CaseIterable {
  /// H.264 in MP4: 8 bits, 4:2:0, BT.709, for the web.
  case mp4
  /// Apple ProRes 4444 in QuickTime: 10 bits, straight alpha of 16.
  case mov
  /// VP9 in WebM, with straight alpha where frames have any.
  case webm
  /// A palette of 256 colors for all frames; at most 15 of them a second.
  case gif

  public var mediaType: String {
    switch self {
    case .mp4: "video/mp4"
    case .mov: "video/quicktime"
    case .webm: "video/webm"
    case .gif: "image/gif"
    }
  }

  /// Whether frames may be transparent in part.
  public var keepsAlpha: Bool { self == .mov || self == .webm }
}

/// A file that frames become.
public struct VideoOutput: Sendable {
  public let path: String
  public let format: VideoFormat
  /// Each side of the frames divided by this.
  public let reduction: Int
  /// Smaller and worse for a browser.
  public let isForWeb: Bool

  public init(path: String, format: VideoFormat, reduction: Int = 1, isForWeb: Bool = false) {
    (self.path, self.format, self.reduction, self.isForWeb) = (path, format, reduction, isForWeb)
  }

  /// FFmpeg's words for it. Matrix, range and tags are told, since converters guess otherwise; encoders are told to leave
  /// out what differs from run to run.
  func arguments(alpha: Bool, framesPerSecond: Int, temporary path: String) -> [String] {
    // Encoders want even sizes.
    let part = 2 * reduction
    let scale =
      reduction > 1 ? ["scale=trunc(iw/\(part))*2:trunc(ih/\(part))*2:flags=area"] : []
    func filters(_ pixels: String, under: [String] = []) -> [String] {
      let convert = "scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int"
      // Some encoders take the tags from frames, some from the command.
      let tag = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv"
      return ["-vf", (under + scale + [convert, "format=\(pixels)", tag]).joined(separator: ",")]
    }
    let tags = [
      "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range",
      "tv",
    ]
    let exact = ["-fflags", "+bitexact", "-flags:v", "+bitexact", "-map_metadata", "-1"]
    // Clear parts are white where a format has no alpha.
    let onWhite =
      "split[under][over];[under]lutrgb=r=255:g=255:b=255:a=255[white];[white][over]overlay=format=rgb"
    switch format {
    case .mp4:
      return filters("yuv420p", under: alpha ? [onWhite] : [])
        + [
          "-c:v", "libx264", "-preset", isForWeb ? "medium" : "fast", "-crf",
          isForWeb ? "27" : "17", "-movflags", "+faststart",
        ] + tags + exact + ["-f", "mp4", path]
    case .mov:
      return filters(alpha ? "yuva444p10le" : "yuv444p10le")
        + [
          "-c:v", "prores_ks", "-profile:v", "4444", "-vendor", "apl0", "-alpha_bits",
          alpha ? "16" : "0",
        ] + tags + exact + ["-f", "mov", path]
    case .webm:
      return filters(alpha ? "yuva420p" : "yuv420p")
        + [
          "-c:v", "libvpx-vp9", "-crf", isForWeb ? "36" : "24", "-b:v", "0", "-row-mt", "1",
          "-cpu-used", "4", "-deadline", "good", "-auto-alt-ref", "0",
        ] + tags + exact + ["-f", "webm", path]
    case .gif:
      // Colors of all frames, so that none flickers; no dither would band.
      let palette = "split[a][b];[a]palettegen=stats_mode=diff[p];[b][p]paletteuse=dither=bayer"
      return [
        "-vf", (["fps=\(min(15, framesPerSecond))"] + scale + [palette]).joined(separator: ","),
      ] + exact
        + ["-f", "gif", path]
    }
  }
}
