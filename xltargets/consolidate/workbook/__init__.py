"""The summary put together: sheets of rows, 总览, 报送情况, and the workbook around them."""
