/// The style sheet of the page.
enum HTMLStyle {
  static let rules = [
    """
    :root { color-scheme: light dark; \(Palette.light.properties) }
    @media (prefers-color-scheme: dark) { :root { \(Palette.dark.properties) } }
    """, page, tables, ChartStyle.pageRules, charts, explorer, media,
  ].joined(separator: "\n")

  /// Running text and sections.
  private static let page = """
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    html { scroll-behavior: smooth; }
    body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 \(ChartStyle.font); }
    main { max-width: 96rem; margin: 0 auto; padding: 1.5rem clamp(0.75rem, 3vw, 2.5rem) 4rem; }
    h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
    h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; padding-bottom: 0.3rem; border-bottom: 1px solid var(--rule); }
    h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
    p, ul { max-width: 50rem; margin: 0.6rem 0; overflow-wrap: anywhere; }
    li { margin: 0.25rem 0; }
    a { color: var(--student); }
    :focus-visible { outline: 2px solid var(--student); outline-offset: 2px; }
    .skip { position: absolute; left: -99rem; }
    .skip:focus { left: 0.5rem; top: 0.5rem; background: var(--paper); padding: 0.5rem; }
    .headline { border-left: 4px solid var(--student); padding: 0.1rem 0 0.1rem 1rem; }
    .result { font-size: 1.12rem; font-weight: 600; }
    .notice, .alarm { border: 1px solid var(--over); border-left-width: 4px; padding: 0.25rem 1rem; margin: 1rem 0; max-width: 52rem; }
    .alarm { border-width: 2px; border-left-width: 8px; }
    .alarm strong { color: var(--over); }
    nav { font-size: 0.9rem; margin: 1rem 0; }
    nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; max-width: none; }
    figure { margin: 1rem 0; overflow-x: auto; }
    details { margin: 0.6rem 0; }
    summary { cursor: pointer; padding: 0.2rem 0; overflow-wrap: anywhere; }
    details[open] > summary { font-weight: 600; }
    pre { background: var(--tint); padding: 0.6rem 0.8rem; max-width: 60rem; }
    """

  /// Tables scroll inside their boxes, never the page.
  private static let tables = """
    .scroll { overflow-x: auto; margin: 1rem 0; }
    .long { max-height: 36rem; overflow-y: auto; }
    .long thead th { position: sticky; top: 0; background: var(--paper); }
    table { border-collapse: collapse; font-size: 0.85rem; line-height: 1.4; }
    caption { text-align: left; color: var(--soft); padding: 0.25rem 0.6rem 0.5rem 0; max-width: 50rem; }
    th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--rule); }
    thead th { min-width: 3.5rem; vertical-align: bottom; color: var(--soft); font-weight: 600; border-bottom-color: var(--soft); }
    thead th button { all: unset; cursor: pointer; }
    thead th button:focus-visible { outline: 2px solid var(--student); outline-offset: 2px; }
    th[aria-sort=ascending] button::after { content: " ▲"; }
    th[aria-sort=descending] button::after { content: " ▼"; }
    .number, \(numberColumns) { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    thead th.number { white-space: normal; }
    .words { min-width: 15rem; }
    .code, pre { font-family: ui-monospace, 'DejaVu Sans Mono', monospace; }
    .facts th { font-weight: 600; color: var(--soft); min-width: 11rem; padding-left: 0; }
    .facts td { overflow-wrap: anywhere; max-width: 48rem; }
    tr.current td { background: var(--tint); }
    tr.pinned td { background: var(--tint); box-shadow: inset 0 1px 0 var(--student), inset 0 -1px 0 var(--student); }
    """

  /// The columns of numbers in tables that say so once: the class `n3` is for the third column.
  private static let numberColumns = (1...24).map { ".n\($0) td:nth-child(\($0))" }
    .joined(separator: ", ")

  /// What drawings have in the page alone.
  private static let charts = """
    svg.chart { display: block; max-width: 100%; height: auto; }
    .chart .progress { fill: none; stroke: var(--student); stroke-width: 2; }
    .chart .curve { fill: none; stroke: var(--student); stroke-width: 1.8; }
    .chart .curve.alone { stroke: var(--baseline); stroke-dasharray: 5 3; }
    .chart .line { fill: none; stroke: var(--flash); stroke-opacity: 0.35; }
    .chart .line.full { stroke: var(--dominated); stroke-opacity: 1; stroke-width: 1.5; }
    .chart .line.best { stroke: var(--student); stroke-opacity: 1; stroke-width: 2.5; }
    .chart .current .line, .chart .line:hover { stroke: var(--over); stroke-opacity: 1; stroke-width: 3; }
    .chart .pinned .line { stroke: var(--baseline); stroke-opacity: 1; stroke-width: 3; }
    .chart .layer-full { fill: var(--student); }
    .chart .layer-depthwise { fill: var(--reference); }
    .chart .layer-dense { fill: var(--baseline); }
    .chart .layer-other { fill: var(--flash); }
    #decisions svg.chart { max-width: none; }
    #search figure, #audit figure { display: inline-block; max-width: 100%; vertical-align: top; }
    #trials td:nth-child(2) { white-space: nowrap; }
    """

  /// The chart that the script draws.
  private static let explorer = """
    .controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1.1rem; align-items: center; margin: 0.5rem 0; }
    .controls label { display: flex; flex-wrap: wrap; gap: 0.2rem 0.5rem; align-items: center; max-width: 100%; }
    select, input, #explorer button { font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; padding: 0.2rem 0.4rem; max-width: 100%; }
    input[type=number] { width: 8rem; }
    input[type=checkbox] { width: 1.1rem; height: 1.1rem; accent-color: var(--student); }
    #explorer button { cursor: pointer; }
    .hint, .status { color: var(--soft); font-size: 0.9rem; }
    .plot { position: relative; }
    #explorer-chart { touch-action: pan-y; cursor: crosshair; user-select: none; }
    #cursor { outline: none; }
    #drawing .cost-bar { stroke-opacity: 0.45; }
    #drawing .faint { stroke-opacity: 0.2; }
    #drawing .front { stroke-width: 2.5; }
    #cursor circle { fill: none; stroke: var(--over); stroke-width: 2.5; }
    .chart .ring { fill: none; stroke: var(--baseline); stroke-width: 2.5; }
    .chart .knee { fill: none; stroke: var(--student); stroke-width: 1.3; }
    .chart .brush { fill: var(--student); fill-opacity: 0.12; stroke: var(--student); }
    .chart .dim { opacity: 0.55; }
    .tip { position: absolute; pointer-events: none; background: var(--paper); color: var(--ink); border: 1px solid var(--soft); border-radius: 4px; padding: 0.35rem 0.6rem; font-size: 0.85rem; line-height: 1.35; }
    .legend { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: 0.2rem 1.1rem; font-size: 0.85rem; color: var(--soft); max-width: none; }
    .legend li { display: flex; align-items: center; gap: 0.3rem; }
    """

  private static let media = """
    @media (max-width: 40rem) { figure svg.chart { max-width: none; } }
    @media (max-width: 40rem) { .facts th, .facts td { display: block; min-width: 0; padding-left: 0; } .facts th { border-bottom: 0; padding-bottom: 0; } }
    @media (min-width: 120rem) { body { font-size: 18px; } }
    @media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
    @page { size: A4 landscape; margin: 12mm; }
    @media print {
      :root { color-scheme: light; \(Palette.light.properties) }
      body { font-size: 10pt; }
      main { max-width: none; padding: 0; }
      nav, .skip, .controls, .hint, .status, .ranges, .tip { display: none !important; }
      .scroll, .long, figure { overflow: visible; max-height: none; }
      .long thead th { position: static; }
      details::details-content { content-visibility: visible; display: block; }
      h2, summary, caption { break-after: avoid; }
      svg.chart, tr, li { break-inside: avoid; }
      #decisions svg.chart, #explorer-chart { max-width: 100%; height: auto; }
      #numbers, #explorer button { display: none; }
      table { font-size: 7pt; }
      th, td { padding: 0.12rem 0.25rem; white-space: normal !important; }
      .words { min-width: 9rem; }
      a { color: inherit; text-decoration: none; }
    }
    """
}
