Attribute VB_Name = "Toolbar"
Option Explicit

' The buttons of the form. This file is ASCII: VBA keeps its source in a code page. What the clerk reads stands on
' the hidden sheet whose code name is Captions: a key in column A, the text in column B.

' Exit status of xltargets.macro: not done, and the person has been told why.
Private Const TOLD As Long = 3
Private Const XLSX As Long = 51


Public Sub CheckBook()
    ' Check by Python: through the xlwings add-in, else by the configured interpreter; else show the self-check.
    If RunByAddin("check") Then Exit Sub
    If RunByInterpreter("check") Then Exit Sub
    FallBack
End Sub


Public Sub ClearNotes()
    ' Take our notes away; a person's own stay word for word.
    Dim sheet As Worksheet, index As Long, cleared As Long
    On Error GoTo Refused
    For Each sheet In ThisWorkbook.Worksheets
        For index = sheet.Comments.Count To 1 Step -1
            If ClearNote(sheet.Comments(index)) Then cleared = cleared + 1
        Next index
    Next sheet
    If cleared > 0 Then
        Tell Replace(Caption("cleared"), "{0}", CStr(cleared))
    Else
        Tell Caption("nothing cleared")
    End If
    Exit Sub
Refused:
    Tell Caption("protected")
End Sub


Public Sub NextFinding()
    ' Go to the next cell with a note of ours: to the right, downwards, then on the following sheets.
    Dim start As Long, turn As Long, position As Long, found As Range
    start = ActiveSheet.Index
    For turn = 0 To ThisWorkbook.Sheets.Count
        position = ((start - 1 + turn) Mod ThisWorkbook.Sheets.Count) + 1
        If TypeName(ThisWorkbook.Sheets(position)) = "Worksheet" Then
            Set found = NextOn(ThisWorkbook.Sheets(position), turn = 0)
            If Not found Is Nothing Then
                found.Worksheet.Activate
                found.Select
                Exit Sub
            End If
        End If
    Next turn
    Tell Caption("no finding")
End Sub


Public Sub AddProject()
    ' A further project sheet: a copy of the last one, with its names, blank.
    Dim source As Worksheet, added As Worksheet
    Set source = LastProject()
    If source Is Nothing Then
        Tell Caption("no project")
        Exit Sub
    End If
    On Error GoTo Refused
    Application.ScreenUpdating = False
    source.Copy After:=source
    Set added = ThisWorkbook.Sheets(source.Index + 1)
    added.Name = FreeName(source.Name)
    ClearInputs added
    added.Activate
    Application.ScreenUpdating = True
    Exit Sub
Refused:
    Application.ScreenUpdating = True
    Tell Caption("structure")
End Sub


Public Sub DeleteProject()
    ' Delete the project sheet that is shown, after asking; never the last one.
    If Not IsProject(ActiveSheet) Then
        Tell Caption("not a project")
        Exit Sub
    End If
    If CountProjects() < 2 Then
        Tell Caption("last project")
        Exit Sub
    End If
    If MsgBox(Replace(Caption("delete"), "{0}", ActiveSheet.Name), vbOKCancel + vbExclamation, Caption("title")) <> vbOK Then Exit Sub
    If Not RemoveSheet(ActiveSheet.Name) Then Tell Caption("structure")
End Sub


Public Sub ExportBook()
    ' Save a copy without macros and buttons, to hand in.
    Dim target As Variant
    target = Application.GetSaveAsFilename(InitialFileName:=ExportName(), FileFilter:=Caption("filter") & " (*.xlsx),*.xlsx")
    If VarType(target) = vbBoolean Then Exit Sub
    If Dir(CStr(target)) <> "" Then
        If MsgBox(Caption("overwrite"), vbOKCancel + vbExclamation, Caption("title")) <> vbOK Then Exit Sub
    End If
    If SaveWithoutMacros(CStr(target)) Then
        Tell Replace(Caption("exported"), "{0}", CStr(target))
    Else
        Tell Caption("not exported")
    End If
End Sub


Public Sub ShowHelp()
    ' The sheet with the guide, and what the buttons do.
    On Error Resume Next
    ThisWorkbook.Worksheets(Caption("help sheet")).Activate
    On Error GoTo 0
    Tell Caption("help")
End Sub


' --- Python -------------------------------------------------------------------------------------------------

Private Function RunByAddin(ByVal action As String) As Boolean
    Dim outcome As Variant
    If Not AddinIsOpen() Then Exit Function
    On Error GoTo Failed
    outcome = Application.Run("xlwings.xlam!RunPython", "import xltargets.macro; xltargets.macro." & action & "()")
    RunByAddin = True
    If IsNumeric(outcome) Then RunByAddin = (CLng(outcome) = 0)
    Exit Function
Failed:
    RunByAddin = False
End Function


Private Function AddinIsOpen() As Boolean
    Dim found As String
    On Error Resume Next
    found = Workbooks("xlwings.xlam").Name
    AddinIsOpen = (found <> "")
End Function


Private Function RunByInterpreter(ByVal action As String) As Boolean
    ' -P: no module of the current folder. Waits; Excel answers Python meanwhile.
    Dim interpreter As String, command As String, status As Long
    interpreter = ConfiguredInterpreter()
    If interpreter = "" Then Exit Function
    On Error GoTo Failed
    command = Quoted(interpreter) & " -P -m xltargets.macro " & action & " --book " & Quoted(ThisWorkbook.Name)
    command = command & " --hwnd " & CStr(Application.Hwnd)
    status = CreateObject("WScript.Shell").Run(command, 0, True)
    RunByInterpreter = (status = 0 Or status = TOLD)
    Exit Function
Failed:
    RunByInterpreter = False
End Function


Private Function ConfiguredInterpreter() As String
    ' What "xltargets install" wrote into the user's own xlwings.conf; a workbook's word is not taken for it.
    Dim path As String, number As Integer, textLine As String
    On Error GoTo Failed
    path = Environ("USERPROFILE") & "\.xlwings\xlwings.conf"
    If Dir(path) = "" Then Exit Function
    number = FreeFile
    Open path For Input As #number
    Do While Not EOF(number)
        Line Input #number, textLine
        If InterpreterIn(textLine) <> "" Then ConfiguredInterpreter = InterpreterIn(textLine)
    Loop
    Close #number
    Exit Function
Failed:
    ConfiguredInterpreter = ""
End Function


Public Function InterpreterIn(ByVal textLine As String) As String
    ' The path of a line such as "INTERPRETER_WIN","C:\Python\pythonw.exe"; empty for any other line.
    Const KEY As String = """INTERPRETER_WIN"","""
    If Left$(textLine, Len(KEY)) <> KEY Then Exit Function
    If Right$(textLine, 1) <> """" Then Exit Function
    If Len(textLine) <= Len(KEY) + 1 Then Exit Function
    InterpreterIn = Mid$(textLine, Len(KEY) + 1, Len(textLine) - Len(KEY) - 1)
End Function


Public Function Quoted(ByVal text As String) As String
    Quoted = Chr$(34) & text & Chr$(34)
End Function


Private Sub FallBack()
    On Error Resume Next
    ThisWorkbook.Worksheets(Caption("self-check sheet")).Activate
    On Error GoTo 0
    Tell Caption("fallback")
End Sub


' --- notes --------------------------------------------------------------------------------------------------

Private Function ClearNote(ByVal note As Comment) As Boolean
    ' Whether something of ours was in it.
    Dim whole As String, ours As Long
    whole = note.Text
    ours = OursBegins(note.Author, whole)
    If ours = 0 Then Exit Function
    ClearNote = True
    If ours = 1 Then
        note.Delete
    Else
        note.Text Left$(whole, ours - 1)
    End If
End Function


Public Function OursBegins(ByVal author As String, ByVal whole As String) As Long
    ' Where a note's text that is ours begins, from 1, the line end before it included; 0 when nothing is.
    Dim at As Long
    If author = Caption("author") Then
        OursBegins = 1
        Exit Function
    End If
    If Trim$(author) = "" And InStr(Caption("beginnings"), Left$(whole, 4)) > 0 And Mid$(whole, 5) Like "[A-Z]##*" Then
        OursBegins = 1
        Exit Function
    End If
    at = InStr(whole, Caption("line"))
    If at > 1 Then
        If Mid$(whole, at - 1, 1) = vbLf Then at = at - 1
    End If
    OursBegins = at
End Function


Private Function NextOn(ByVal sheet As Worksheet, ByVal behindCursor As Boolean) As Range
    Dim noted As Range, area As Range, cell As Range, best As Double, here As Double, rank As Double
    If sheet.Visible <> xlSheetVisible Then Exit Function
    Set noted = CellsWithNotes(sheet)
    If noted Is Nothing Then Exit Function
    If behindCursor Then here = RankOf(ActiveCell)
    For Each area In noted.Areas
        For Each cell In area.Cells
            rank = 0
            If OursBegins(cell.Comment.Author, cell.Comment.Text) > 0 Then rank = RankOf(cell)
            If rank > here And (best = 0 Or rank < best) Then
                best = rank
                Set NextOn = cell
            End If
        Next cell
    Next area
End Function


Private Function CellsWithNotes(ByVal sheet As Worksheet) As Range
    ' Nothing when there are none, which Excel calls an error.
    If sheet.Comments.Count = 0 Then Exit Function
    On Error Resume Next
    Set CellsWithNotes = sheet.Cells.SpecialCells(xlCellTypeComments)
End Function


Private Function RankOf(ByVal cell As Range) As Double
    RankOf = CDbl(cell.Row) * 20000 + cell.Column
End Function


' --- project sheets -----------------------------------------------------------------------------------------

Public Function IsProject(ByVal sheet As Object) As Boolean
    ' A project sheet has the name project.code for itself.
    Dim defined As Object
    If TypeName(sheet) <> "Worksheet" Then Exit Function
    For Each defined In sheet.Names
        If OwnName(defined.Name) = "project.code" Then
            IsProject = True
            Exit Function
        End If
    Next defined
End Function


Public Function OwnName(ByVal full As String) As String
    ' A name without the sheet that is written before it.
    OwnName = LCase$(Mid$(full, InStrRev(full, "!") + 1))
End Function


Private Function LastProject() As Worksheet
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If IsProject(sheet) Then Set LastProject = sheet
    Next sheet
End Function


Public Function CountProjects() As Long
    Dim sheet As Worksheet
    For Each sheet In ThisWorkbook.Worksheets
        If IsProject(sheet) Then CountProjects = CountProjects + 1
    Next sheet
End Function


Private Sub ClearInputs(ByVal sheet As Worksheet)
    ' The cells of the form's names that are to be filled in; formulas and what is printed there stay.
    Dim defined As Object, cell As Range, area As Variant, index As Long
    For Each defined In sheet.Names
        If OwnName(defined.Name) Like "project.*" Then
            For Each area In Split(defined.RefersTo, ",")
                If AddressIn(CStr(area)) <> "" Then
                    For Each cell In sheet.Range(AddressIn(CStr(area))).Cells
                        If Not cell.Locked And Not cell.HasFormula Then ClearCell cell
                    Next cell
                End If
            Next area
        End If
    Next defined
    For index = sheet.Comments.Count To 1 Step -1
        ClearNote sheet.Comments(index)
    Next index
End Sub


Public Function AddressIn(ByVal reference As String) As String
    ' $B$2:$C$3 of ='Sheet 1'!$B$2:$C$3; empty when it refers to no cells.
    Dim address As String
    address = Mid$(reference, InStrRev(reference, "!") + 1)
    If address Like "$*$*" Then AddressIn = address
End Function


Private Sub ClearCell(ByVal cell As Range)
    If cell.MergeCells Then
        cell.MergeArea.ClearContents
    Else
        cell.ClearContents
    End If
End Sub


Public Function RemoveSheet(ByVal name As String) As Boolean
    On Error GoTo Refused
    Application.DisplayAlerts = False
    ThisWorkbook.Worksheets(name).Delete
    RemoveSheet = True
Refused:
    Application.DisplayAlerts = True
End Function


Private Function FreeName(ByVal taken As String) As String
    Dim stem As String, number As Long
    stem = StemOf(taken)
    If stem = "" Then stem = Caption("project")
    number = 2
    Do While SheetExists(stem & CStr(number))
        number = number + 1
    Loop
    FreeName = stem & CStr(number)
End Function


Public Function StemOf(ByVal taken As String) As String
    ' A sheet's name without the number at its end, short enough for another number.
    Dim length As Long
    length = Len(taken)
    Do While length > 0
        If InStr("0123456789 ()", Mid$(taken, length, 1)) = 0 Then Exit Do
        length = length - 1
    Loop
    StemOf = Left$(taken, length)
    If length > 25 Then StemOf = Left$(taken, 25)
End Function


Private Function SheetExists(ByVal wanted As String) As Boolean
    Dim sheet As Object
    For Each sheet In ThisWorkbook.Sheets
        If LCase$(sheet.Name) = LCase$(wanted) Then SheetExists = True
    Next sheet
End Function


' --- export -------------------------------------------------------------------------------------------------

Private Function ExportName() As String
    ' The unit's code and name, without what no file may be called.
    Dim text As String, index As Long
    text = ValueOf("unit.code") & ValueOf("unit.name")
    For index = 1 To Len("\/:*?""<>|")
        text = Replace(text, Mid$("\/:*?""<>|", index, 1), "")
    Next index
    If text = "" Then text = Caption("title")
    ExportName = text & ".xlsx"
End Function


Private Function ValueOf(ByVal defined As String) As String
    On Error Resume Next
    ValueOf = CStr(ThisWorkbook.Names(defined).RefersToRange.Cells(1, 1).Value)
End Function


Private Function SaveWithoutMacros(ByVal target As String) As Boolean
    ' Through a copy, so that this workbook stays open as it is.
    Dim spare As String, book As Workbook, sheet As Worksheet, index As Long
    spare = Environ("TEMP") & "\xltargets-export.xlsm"
    On Error GoTo Failed
    Application.ScreenUpdating = False
    Application.DisplayAlerts = False
    ThisWorkbook.SaveCopyAs spare
    Set book = Workbooks.Open(spare)
    For Each sheet In book.Worksheets
        For index = sheet.Buttons.Count To 1 Step -1
            sheet.Buttons(index).Delete
        Next index
    Next sheet
    book.Worksheets(Captions.Name).Visible = xlSheetVisible
    book.Worksheets(Captions.Name).Delete
    book.SaveAs Filename:=target, FileFormat:=XLSX
    SaveWithoutMacros = True
Failed:
    On Error Resume Next
    If Not book Is Nothing Then book.Close SaveChanges:=False
    Kill spare
    Application.DisplayAlerts = True
    Application.ScreenUpdating = True
End Function


' --- words --------------------------------------------------------------------------------------------------

Public Function Caption(ByVal key As String) As String
    Dim index As Long
    index = 1
    Do While Captions.Cells(index, 1).Value <> ""
        If Captions.Cells(index, 1).Value = key Then
            Caption = Captions.Cells(index, 2).Value
            Exit Function
        End If
        index = index + 1
    Loop
    Caption = key
End Function


Private Sub Tell(ByVal text As String)
    MsgBox text, vbInformation, Caption("title")
End Sub
